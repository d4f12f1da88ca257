import RelayCore
import RelayFormats
import RelayJSON
import Testing

/// Every document of the corpus is converted to the events that the mapping rules require.
struct ConformanceTests {
    @Test func theCorpusIsWhole() {
        #expect(CorpusDocument.all.count { !$0.isOurs } == 164)
    }

    @Test(arguments: CorpusDocument.all.filter { $0.refusal != nil })
    func whatIsNoEventIsRefused(_ document: CorpusDocument) {
        let error = refusal(document.document.text, as: document.format, session: document.session)
        #expect(error?.code.rawValue == document.refusal)
        #expect(error?.message.isEmpty == false)
    }

    @Test(arguments: CorpusDocument.all.filter { $0.refusal == nil })
    func givesItsEvents(_ document: CorpusDocument) throws {
        let events = try read(document.document.text, as: document.format, session: document.session)
        let expected = document.expected["events"]?.array ?? []
        try #require(events.count == expected.count)
        for (event, expected) in zip(events, expected) {
            #expect(event.type.name == expected["type"]?.string)
            #expect(event.session == expected["session"]?.string ?? document.session)
            #expect(event.chat == expected["chat"]?.string)
            if let key = expected["dedupKey"] { #expect(event.dedupKey == key.string) }
            if let rank = expected["rank"] { #expect(event.rank == rank.int.map(Int.init)) }
            if let moment = expected["occurredAt"] { #expect(event.occurredAt?.milliseconds == moment.int) }
            let difference = difference(.object(event.payload), from: expected["payload"] ?? .null)
            #expect(difference == nil)
        }
    }

    @Test(arguments: CorpusDocument.all.filter(\.isWrapped))
    func aPartWithoutItsEnvelopeIsRefused(_ document: CorpusDocument) {
        let error = refusal(document.raw.text)
        #expect(error?.code == .notAnEvent)
    }

    @Test(arguments: CorpusDocument.all.filter { $0.refusal == nil })
    func postedAgainItHasTheSameKeys(_ document: CorpusDocument) throws {
        let text = document.document.text
        let first = try read(text, as: document.format, session: document.session)
        let second = try read(text, as: document.format, session: document.session)
        #expect(first == second)
    }

    @Test(arguments: CorpusDocument.all.filter { $0.refusal == nil })
    func makesOnlyTheTypesThatItSays(_ document: CorpusDocument) throws {
        guard let types = type(of: document.format).eventTypes else { return }
        let events = try read(document.document.text, as: document.format, session: document.session)
        #expect(events.allSatisfy { types.contains($0.type) })
    }

    @Test func everyFormatHasItsName() {
        for format in BuiltInSourceFormats.all {
            #expect(BuiltInSourceFormats.format(named: format.name).map { type(of: $0).name } == format.name)
        }
        #expect(BuiltInSourceFormats.format(named: "telepathy") == nil)
    }
}

import RelayCore
import RelayFormats
import RelayJSON
import RelayTesting
import Testing

/// Invalid documents are rejected, or read as far as possible, without invented values and without crashes.
struct MutationTests {
    private static let documents =
        CorpusDocument.all + WAHADocuments.all + OwnDocuments.all + kinds.flatMap(\.corpusDocuments)
    /// One document of each kind of content: the other gateways' are the same messages in other envelopes.
    private static let kinds = ContentCase.all.filter { given in
        [": baileys", ": waha WEBJS", ": gowa", ": cloud_api"].contains { given.name.hasSuffix($0) }
            && !["is not for people", "time as"].contains { given.name.contains($0) }
    }

    @Test(arguments: documents)
    func nothingIsMadeUp(_ document: CorpusDocument) {
        check([document.document], document)
    }

    @Test(arguments: documents)
    func oneChangeAtEachPlace(_ document: CorpusDocument) {
        check(Mutations.all(of: document.document), document)
    }

    @Test(arguments: documents)
    func severalChangesAtOnce(_ document: CorpusDocument) {
        var random = SeededGenerator(seed: 7)
        let mutants = (0..<40).map { _ in
            (0..<3).reduce(document.document) { mutant, _ in Mutations.one(of: mutant, &random) }
        }
        check(mutants, document)
    }

    @Test(arguments: documents)
    func cutAtEachPlace(_ document: CorpusDocument) {
        // The document is cut before each delimiter and each value; positions within a word are equivalent.
        let bytes = document.document.bytes
        let places = bytes.indices.filter { place in
            "{}[],:\"".utf8.contains(bytes[place]) || (place > 0 && bytes[place - 1] == UInt8(ascii: ":"))
        }
        let codes = Set(places.map { refusal(Array(bytes[..<$0]), document)?.code })
        #expect(codes == [.malformed])
    }

    @Test func wrappersWithoutEnd() throws {
        var content: JSON = ["conversation": "deep"]
        for _ in 0..<50 { content = ["ephemeralMessage": ["message": content]] }
        let event = try one(upsert(message(content.text)))
        #expect(event.payload["type"] == "unsupported")
    }

    private func events(_ bytes: [UInt8], _ document: CorpusDocument) throws(InvalidDocumentError) -> [ParsedEvent] {
        let context = FormatReadContext(session: document.session, receivedAt: receivedAt)
        return try document.format.read(bytes, context: context).events
    }

    private func refusal(_ bytes: [UInt8], _ document: CorpusDocument) -> InvalidDocumentError? {
        do {
            _ = try events(bytes, document)
            return nil
        } catch {
            return error
        }
    }

    /// Records the first mutant that leads to an event with an invented value.
    private func check(_ mutants: [JSON], _ document: CorpusDocument) {
        for mutant in mutants {
            let bytes = mutant.bytes
            guard let events = try? events(bytes, document), !events.isEmpty else { continue }
            let told = SourceDocument(bytes, session: document.session)
            for event in events {
                let inventions = UnknownIdentifiers(in: event, told).list
                guard inventions.isEmpty, Session.isValid(id: event.session), !event.type.name.isEmpty else {
                    Issue.record("\(inventions) is not in \(mutant), but in \(event)")
                    return
                }
            }
        }
    }
}

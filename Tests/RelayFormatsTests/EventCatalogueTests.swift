import RelayCore
import RelayFormats
import RelayJSON
import RelayTesting
import Testing

/// The catalogue of events says what the formats and the stages produce, neither less nor more.
///
/// The documents of all other tests are compared as well, by ``parsed(_:as:session:)``.
struct EventCatalogueTests {
    /// All documents that are kept as such. Documents in ZapHub's own envelope are passed on as they are.
    private static let documents: [CorpusDocument] =
        CorpusDocument.all.filter { $0.refusal == nil } + WAHADocuments.all + OwnDocuments.all
        + ContentCase.all.flatMap(\.corpusDocuments)

    @Test func itHasEveryEvent() {
        // What is delivered for it is the document itself.
        let own = EventType.all.filter { $0 != .documentReceived }
        #expect(Set(EventCatalogue.events.map(\.type)) == Set(own))
        #expect(EventCatalogue.events.count == own.count)
    }

    @Test func noFieldIsDeclaredTwice() {
        for event in EventCatalogue.events {
            for form in event.forms {
                #expect(Set(form.fields.map(\.name)).count == form.fields.count, "\(event.type)")
            }
        }
        for content in EventCatalogue.contents {
            for form in content.forms {
                #expect(Set(form.fields.map(\.name)).count == form.fields.count, "\(content.name)")
            }
        }
    }

    @Test(arguments: EventDocument.all)
    func whatTheStagesAddIsDeclared(_ document: EventDocument) async throws {
        for event in try await document.staged() {
            #expect(EventCatalogueCheck.problems(event.type, event.payload) == [])
        }
    }

    /// What cannot occur here, with where it does.
    private static let elsewhere: [String: String] = [
        "storedId:": "the intake of a source stores the file: IntakeTests",
        "update:": "LateMediaService announces the file: LateMediaTests",
        "participantLid: The hidden identity of the quoted": "pipelines know the phone: LIDResolverTests",
    ]

    /// A field or a type of content that nothing produces is a mistake of the catalogue.
    @Test func everythingDeclaredOccurs() async throws {
        var check = EventCatalogueCheck()
        for document in Self.documents {
            guard let events = try? read(document.document.text, as: document.format, session: document.session) else {
                continue
            }
            for event in events { _ = check.problems(of: event.type, event.payload) }
        }
        for document in EventDocument.all {
            for event in try document.parsed() { _ = check.problems(of: event.type, event.payload) }
            for event in try await document.staged() { _ = check.problems(of: event.type, event.payload) }
        }
        for event in EventBody.codeEvents { _ = check.problems(of: event.type, event.payload) }
        let unseen = EventCatalogue.allFields.subtracting(check.seenFields).subtracting(EventCatalogue.envelope)
            .map { "\($0.name): \($0.summary)" }.filter { line in
                !Self.elsewhere.keys.contains { line.hasPrefix($0) }
            }
        #expect(unseen.sorted() == [])
        #expect(Set(EventCatalogue.contents.map(\.name)) == check.seenContents)
    }

    // MARK: The check itself

    private static let text = try? read(
        upsert(message(#"{"conversation": "oi"}"#)), session: "demo"
    ).first?.payload

    private static let changes: [(String, JSON?, String)] = [
        ("surprise", 1, "/payload/surprise is not declared"), ("chatName", nil, "/payload/chatName is missing"),
        ("messageId", 7, "/payload/messageId is no text: 7"), ("isGroup", .null, "/payload/isGroup is null"),
        ("timestamp", "now", #"/payload/timestamp is no seconds: "now""#),
        ("from", "Maria", #"/payload/from is no jid: "Maria""#),
        (
            "chatKind", "crowd",
            #"/payload/chatKind is no word(["direct", "group", "status", "broadcast", "newsletter"], isOpen: false): "crowd""#
        ),
        ("content", ["text": "oi", "more": 1], "/payload/content/more is not declared"),
        ("content", ["text": 1], "/payload/content/text is no text: 1"),
        ("type", "location", "/payload/content/latitude is missing"),
        ("mentions", ["x"], #"/payload/mentions/0 is no object: "x""#),
    ]

    @Test(arguments: changes)
    func aDifferenceIsTold(_ field: String, _ value: JSON?, _ problem: String) throws {
        var payload = try #require(Self.text)
        #expect(EventCatalogueCheck.problems(.messageReceived, payload) == [])
        payload[field] = value
        #expect(EventCatalogueCheck.problems(.messageReceived, payload).contains(problem))
    }
}

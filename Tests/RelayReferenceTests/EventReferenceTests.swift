import Foundation
import RelayConfig
import RelayCore
import RelayJSON
import RelayReference
import RelayTesting
import Testing

/// `zaphub explain`, docs/events.md and the JSON Schema say what receivers get.
@Suite(.limitedConcurrency)
struct EventReferenceTests {
    private static let reference = ConfigurationDocumentation.everything

    private func explain(_ word: String) throws -> String {
        try Self.reference.find(word).map(\.text).joined(separator: "\n\n")
    }

    // MARK: explain

    @Test(arguments: EventCatalogue.events.map(\.type))
    func everyEventIsExplained(_ type: EventType) throws {
        let text = try explain(type.name)
        #expect(text.hasPrefix("\(type): an event\n"))
        #expect(try explain("events").contains("\n  \(type)\n"))
    }

    @Test(arguments: EventCatalogue.contents.map(\.name))
    func everyContentIsExplained(_ name: String) throws {
        #expect(try explain("content.\(name)").hasPrefix("content.\(name): a type of content (payload.type)\n"))
        #expect(try explain("events").contains("\n  content.\(name)\n"))
    }

    @Test func anEventIsExplainedWithItsForms() throws {
        let text = try explain("contact.identified")
        #expect(
            text.contains(
                """
                Fields of the payload
                  contactId
                      The person: the phone number's JID.
                      a JID; always
                """))
        #expect(try explain("message.sent").contains("\n\nThe confirmation of WhatsApp's server\n"))
    }

    @Test func aFieldIsFoundByItsPathAndAlone() throws {
        #expect(
            try explain("message.received.quoted.text") == """
                message.received.quoted.text: a field of message.received, an event

                  quoted.text
                      Its text, caption or name.
                      text; always; null when it has none, or the gateway does not send it
                """)
        // All messages have the same field.
        #expect(try Self.reference.find("chatName").map(\.entry.name) == ["message.received"])
        #expect(try explain("content.text.choices").contains("  choices[].url\n"))
        // An option of the configuration comes first.
        #expect(
            try Self.reference.find("max_in_flight").allSatisfy {
                $0.entry.group == .destination || $0.entry.group == .section
            })
    }

    @Test(arguments: [
        ("message.recieved", "there is nothing called \"message.recieved\"; did you mean \"message.received\"?"),
        ("message.received.chatNam", "message.received has no field \"chatNam\"; did you mean \"chatName\"?"),
    ])
    func whatThereIsNotIsAnsweredWithWhatMayHaveBeenMeant(_ word: String, _ answer: String) {
        do throws(UnknownReferenceWordError) {
            _ = try Self.reference.find(word)
            Issue.record("\(word) is found")
        } catch {
            #expect(error.description == answer)
        }
    }

    // MARK: Bodies

    private static let bodies: [(name: String, body: JSON)] = {
        let folder = Repository.root.appendingPathComponent("examples/bodies")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            (try? Repository.text("examples/bodies/" + name)).flatMap { try? JSON(parsing: $0) }.map { (name, $0) }
        }
    }()

    @Test func thePageHasABodyOfEveryEventAndContent() throws {
        let page = try Repository.text("docs/events.md")
        for event in EventCatalogue.events { #expect(page.contains("/\(event.type.name).json):")) }
        for content in EventCatalogue.contents { #expect(page.contains("/content.\(content.name).json):")) }
    }

    @Test func theBodiesFitTheSchema() async throws {
        try #require(Self.bodies.count > 40)
        let answers = try await SchemaValidator.validate(Self.bodies.map { (.events, $0.body.text) })
        for (body, problem) in zip(Self.bodies, answers) { #expect(problem == nil, "\(body.name)") }
    }

    private typealias Change = (path: [String], value: JSON?)
    private static let changes: [Change] = [
        (["deliveryId"], nil), (["sessionId"], 7), (["payload"], "text"), (["payload", "chatId"], nil),
        (["payload", "isGroup"], "no"), (["payload", "isGroup"], .null), (["payload", "chatKind"], "crowd"),
        (["payload", "timestamp"], "now"), (["payload", "content"], ["text": 7]), (["payload", "content"], [:]),
        (["payload", "type"], "poll"), (["payload", "quoted"], [:]), (["payload", "mentions"], ["nobody"]),
        (["payload", "media"], ["url": "https://example.com"]),
    ]

    @Test func whatDoesNotFitIsTold() async throws {
        let body = try #require(Self.bodies.first { $0.name == "message.received.json" }?.body.object)
        let changed = Self.changes.map { change -> String in
            var body = body
            if change.path.count == 1 {
                body[change.path[0]] = change.value
            } else {
                var payload = body["payload"]?.object ?? [:]
                payload[change.path[1]] = change.value
                body["payload"] = .object(payload)
            }
            return JSON.object(body).text
        }
        let answers = try await SchemaValidator.validate(changed.map { (.events, $0) })
        for (change, problem) in zip(Self.changes, answers) { #expect(problem != nil, "\(change)") }
    }

    @Test func whatIsAddedFits() async throws {
        var body = try #require(Self.bodies.first { $0.name == "message.received.json" }?.body.object)
        body["payload"]?["addedLater"] = [1, 2]
        body["added"] = true
        let other: JSON = [
            "event": "order.created", "sessionId": "main", "payload": [:], "timestamp": "2025-11-13T10:40:00.000Z",
            "deliveryId": "x",
        ]
        let answers = try await SchemaValidator.validate([(.events, JSON.object(body).text), (.events, other.text)])
        #expect(answers == [nil, nil])
    }
}

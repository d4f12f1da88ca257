import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Compares the double's bodies with the samples: every key of a sample exists, with a value of the same kind.
@Suite(.limitedConcurrency)
struct ChatwootSampleTests {
    private func sample(_ name: String) throws -> JSON {
        let url = try #require(Bundle.module.url(forResource: "Chatwoot/samples/\(name)", withExtension: "json"))
        let document = try JSON(parsing: Array(Data(contentsOf: url)))
        return try #require(document["response"]?["body"] ?? document["body"])
    }

    /// The keys of the sample that the body does not have.
    private func missing(_ sample: JSON, _ body: JSON?, _ place: String = "$") -> [String] {
        guard let body else { return ["\(place) is missing"] }
        switch (sample, body) {
        case (.object(let members), .object):
            return members.filter { $0.key != "_note" && !Self.free.contains($0.key) }.flatMap { key, value in
                missing(value, body[key], "\(place).\(key)")
            }
        case (.array(let elements), .array(let others)):
            guard let first = elements.first, first.object != nil else { return [] }
            return missing(first, others.first, "\(place)[0]")
        case (.null, _), (_, .null), (.string, .string), (.bool, .bool), (.int, .int), (.int, .number), (.number, .int),
            (.number, .number):
            return []
        default: return ["\(place) is of another kind: \(body)"]
        }
    }

    /// Objects with keys chosen by users, which differ between examples.
    private static let free: Set<String> = [
        "additional_attributes", "custom_attributes", "content_attributes", "last_activity_at",
    ]

    @Test func `The document and the samples are read`() throws {
        let validator = try #require(OpenAPIValidator.shared)
        for (method, path) in [
            ("GET", "/api/v1/profile"), ("POST", "/api/v1/accounts/1/contacts/filter"),
            ("GET", "/api/v1/accounts/1/conversations/2"), ("POST", "/api/v1/accounts/1/conversations/2/messages"),
            ("POST", "/public/api/v1/inboxes/x1/contacts"),
        ] { #expect(validator.knows(method, path), "\(path)") }
        let wrong = validator.violations(
            "POST", "/api/v1/accounts/1/conversations/2/messages", ["message_type": "incoming"])
        #expect(wrong == ["$.message_type is no integer: \"incoming\""])
        #expect(missing(["a": ["b": 1]], ["a": ["b": "1"]]) == ["$.a.b is of another kind: \"1\""])
    }

    @Test func `Answers have the keys of the samples`() async throws {
        try await withChatwoot { fixture in
            let inbox = try await fixture.get("\(fixture.api)/inboxes/\(fixture.inbox.id)")
            #expect(missing(try sample("01_inbox_create"), inbox.body) == [])
            let contact = try await fixture.post(
                fixture.client + "/contacts", ["source_id": "wa-1", "name": "A", "phone_number": "+5511999999999"])
            #expect(missing(try sample("02_public_contact_find_or_create"), contact.body) == [])
            let clause: JSON = [
                "attribute_key": "phone_number", "filter_operator": "equal_to", "values": ["5511999999999"],
                "query_operator": .null,
            ]
            let found = try await fixture.post(fixture.api + "/contacts/filter", ["payload": [clause]])
            #expect(missing(try sample("03_contact_filter"), found.body) == [])
            let made = try await fixture.post(
                fixture.api + "/contacts", ["inbox_id": .int(Int64(fixture.inbox.id)), "name": "B"])
            #expect(missing(try sample("04_contact_create_application"), made.body) == [])
            let number = try await fixture.conversation("wa-1", contact: contact.id)
            let conversation = try await fixture.get("\(fixture.api)/conversations/\(number)")
            #expect(missing(try sample("05_conversation_create"), conversation.body) == [])
            let path = fixture.messages(number)
            let text = try await fixture.post(path, ["content": "a", "message_type": "incoming"])
            #expect(missing(try sample("06_message_create_text"), text.body) == [])
            let voice = try await fixture.postForm(
                path, [.init("message_type", "incoming"), .init(file: "v.ogg", "audio/ogg", [1])])
            #expect(missing(try sample("07_message_create_voice_multipart"), voice.body) == [])
            let echo = try await fixture.post(path, ["content": "a"])
            #expect(missing(try sample("08_message_create_own_echo"), echo.body) == [])
        }
    }

    @Test func `Webhooks have the keys of the samples`() async throws {
        let receiver = try ScriptedReceiver()
        try await withChatwoot(.v4_15, .with { $0.allowsPrivateNetwork = true }, webhookURL: receiver.url) { fixture in
            let row = try fixture.row(try await fixture.conversation())
            try await fixture.chatwoot.webhooksToEnd()
            func told(_ event: String, _ act: () throws -> Void) async throws -> JSON {
                let count = receiver.requests.count
                try act()
                try await fixture.chatwoot.webhooksToEnd()
                let bodies = try receiver.requests.dropFirst(count).map { try JSON(parsing: $0.body) }
                return try #require(bodies.first { $0["event"]?.string == event })
            }
            let double = fixture.chatwoot
            let reply = try await told("message_created") { try double.agentReplies(in: row, "a") }
            #expect(missing(try sample("20_webhook_message_created_agent"), reply) == [])
            let file = ChatwootDouble.Upload(name: "a.jpg", type: "image/jpeg", bytes: [1])
            let image = try await told("message_created") { try double.agentReplies(in: row, attachments: [file]) }
            #expect(missing(try sample("21_webhook_message_created_agent_attachment"), image) == [])
            let id = Int(reply["id"]?.int ?? 0)
            let deleted = try await told("message_updated") { double.agentDeletes(message: id) }
            #expect(missing(try sample("24_webhook_message_updated_deleted"), deleted) == [])
            let typing = try await told("conversation_typing_on") {
                try double.agentTypes(true, in: row, by: fixture.admin.id)
            }
            #expect(missing(try sample("27_webhook_typing_on"), typing) == [])
            let status = try await told("conversation_status_changed") { double.agentResolves(conversation: row) }
            #expect(missing(try sample("28_webhook_conversation_status_changed"), status) == [])
        }
    }
}

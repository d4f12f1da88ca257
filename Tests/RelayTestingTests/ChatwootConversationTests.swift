import RelayJSON
import RelayTesting
import Testing

/// Rules 7 to 9, 13 and 16 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootConversationTests {
    private func body(_ scene: Scene, _ contact: Int, _ sourceID: String?) -> JSON {
        var body: JSON = ["inbox_id": .int(Int64(scene.inbox.id)), "contact_id": .int(Int64(contact))]
        if let sourceID { body["source_id"] = .string(sourceID) }
        return body
    }

    @Test func `Every create makes a conversation`() async throws {
        try await withScene { scene in
            let contact = try await scene.contact()
            #expect(try await scene.conversation(contact: contact) == 1)
            #expect(try await scene.conversation(contact: contact) == 2)
        }
    }

    @Test func `A locked inbox gives its newest conversation untouched`() async throws {
        try await withScene(isLocked: true) { scene in
            let contact = try await scene.contact()
            let first = try await scene.conversation(contact: contact)
            scene.chatwoot.agentResolves(conversation: try scene.row(first))
            var body = body(scene, contact, "wa-5511999999999")
            body["status"] = "open"
            let second = try await scene.post(scene.api + "/conversations", body)
            #expect(second.id == first && second.body["status"] == "resolved")
        }
    }

    @Test func `Without a source id the lock is broken by a random key`() async throws {
        try await withScene(isLocked: true) { scene in
            let contact = try await scene.contact()
            let first = try await scene.conversation(contact: contact)
            let second = try await scene.post(scene.api + "/conversations", body(scene, contact, nil))
            #expect(second.id != first)
            #expect(scene.chatwoot.contactInboxes.count == 2)
        }
    }

    @Test func `Another contact's source id is refused`() async throws {
        try await withScene { scene in
            _ = try await scene.contact("wa-1", ["name": "A"])
            let other = try await scene.contact("wa-2", ["name": "B"])
            let answer = try await scene.post(scene.api + "/conversations", body(scene, other, "wa-1"))
            #expect(answer.status == 422 && answer.body == ["error": "source_id should be unique"])
        }
    }

    @Test func `Long attributes and long numbers are refused`() async throws {
        try await withScene { scene in
            let contact = try await scene.contact()
            var long = body(scene, contact, "wa-5511999999999")
            long["custom_attributes"] = ["note": .string(String(repeating: "x", count: 1501))]
            let answer = try await scene.post(scene.api + "/conversations", long)
            #expect(answer.status == 422)
            #expect(answer.body["message"] == "Custom attributes note length should be < 1500")
            long["custom_attributes"] = ["phone": 55_119_999_999_99]
            let number = try await scene.post(scene.api + "/conversations", long)
            #expect(number.body["message"] == "Custom attributes phone value should be < 9999999999")
            #expect(scene.chatwoot.conversations.isEmpty)
        }
    }

    @Test(arguments: [ChatwootDouble.ConversationStatus.resolved, .snoozed])
    func `An incoming message wakes a conversation`(status: ChatwootDouble.ConversationStatus) async throws {
        try await withScene { scene in
            let conversation = try await scene.conversation()
            let row = try scene.row(conversation)
            let path = "\(scene.api)/conversations/\(conversation)/toggle_status"
            let toggled = try await scene.post(path, ["status": .string(status.rawValue)])
            #expect(toggled.body["payload"]?["current_status"] == .string(status.rawValue))
            try await scene.send("POST", scene.messages(conversation), ["content": "echo"])
            #expect(scene.chatwoot.conversation(row)?.status == status)
            let incoming: JSON = ["content": "x", "message_type": "incoming"]
            try await scene.send("POST", scene.messages(conversation), incoming)
            #expect(scene.chatwoot.conversation(row)?.status == .open)
        }
    }

    @Test func `A blocked contact wakes nothing, and its conversations are born resolved`() async throws {
        try await withScene { scene in
            let contact = try await scene.contact()
            scene.chatwoot.blockContact(contact)
            let conversation = try await scene.conversation(contact: contact)
            let incoming: JSON = ["content": "x", "message_type": "incoming"]
            try await scene.send("POST", scene.messages(conversation), incoming)
            let shown = try await scene.get("\(scene.api)/conversations/\(conversation)")
            #expect(shown.body["status"] == "resolved" && shown.body["muted"] == true)
        }
    }

    @Test func `With an active bot a conversation is pending, and becomes so again`() async throws {
        try await withScene { scene in
            scene.chatwoot.updateInbox(scene.inbox.id) { $0.hasActiveBot = true }
            let conversation = try await scene.conversation()
            let row = try scene.row(conversation)
            #expect(scene.chatwoot.conversation(row)?.status == .pending)
            scene.chatwoot.agentResolves(conversation: row)
            let incoming: JSON = ["content": "x", "message_type": "incoming"]
            try await scene.send("POST", scene.messages(conversation), incoming)
            #expect(scene.chatwoot.conversation(row)?.status == .pending)
        }
    }

    @Test func `Labels and attributes are replaced`() async throws {
        try await withScene { scene in
            let path = "\(scene.api)/conversations/\(try await scene.conversation())"
            _ = try await scene.post(path + "/labels", ["labels": ["a", "b"]])
            #expect(try await scene.post(path + "/labels", ["labels": ["c"]]).body == ["payload": ["c"]])
            #expect(try await scene.get(path + "/labels").body == ["payload": ["c"]])
            _ = try await scene.post(path + "/custom_attributes", ["custom_attributes": ["a": "1"]])
            #expect(try await scene.get(path).body["custom_attributes"] == ["a": "1"])
        }
    }

    @Test func `What was deleted is not found`() async throws {
        try await withScene { scene in
            let conversation = try await scene.conversation()
            scene.chatwoot.deleteConversation(try scene.row(conversation))
            let answer = try await scene.post(scene.messages(conversation), ["content": "x"])
            #expect(answer.status == 404 && answer.body == ["error": "Resource could not be found"])
        }
    }

    @Test func `The window of an inbox closes for agents`() async throws {
        let clock = ManualClock()
        try await withScene(.v4_15, .with { $0.clock = clock }) { scene in
            scene.chatwoot.updateInbox(scene.inbox.id) { $0.additionalAttributes = ["agent_reply_time_window": "24"] }
            let conversation = try await scene.conversation()
            let path = "\(scene.api)/conversations/\(conversation)"
            #expect(try await scene.get(path).body["can_reply"] == false)
            try await scene.send("POST", scene.messages(conversation), ["content": "x", "message_type": "incoming"])
            #expect(try await scene.get(path).body["can_reply"] == true)
            clock.advance(by: .seconds(24 * 3600))
            #expect(try await scene.get(path).body["can_reply"] == false)
        }
    }
}

import RelayJSON
import RelayTesting
import Testing

/// Rules 7 to 9, 13 and 16 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootConversationTests {
    private func body(_ fixture: ChatwootFixture, _ contact: Int, _ sourceID: String?) -> JSON {
        var body: JSON = ["inbox_id": .int(Int64(fixture.inbox.id)), "contact_id": .int(Int64(contact))]
        if let sourceID { body["source_id"] = .string(sourceID) }
        return body
    }

    @Test func `Every create makes a conversation`() async throws {
        try await withChatwoot { fixture in
            let contact = try await fixture.contact()
            #expect(try await fixture.conversation(contact: contact) == 1)
            #expect(try await fixture.conversation(contact: contact) == 2)
        }
    }

    @Test func `A locked inbox gives its newest conversation untouched`() async throws {
        try await withChatwoot(isLocked: true) { fixture in
            let contact = try await fixture.contact()
            let first = try await fixture.conversation(contact: contact)
            fixture.chatwoot.agentResolves(conversation: try fixture.row(first))
            var body = body(fixture, contact, "wa-5511999999999")
            body["status"] = "open"
            let second = try await fixture.post(fixture.api + "/conversations", body)
            #expect(second.id == first && second.body["status"] == "resolved")
        }
    }

    @Test func `Without a source id the lock is broken by a random key`() async throws {
        try await withChatwoot(isLocked: true) { fixture in
            let contact = try await fixture.contact()
            let first = try await fixture.conversation(contact: contact)
            let second = try await fixture.post(fixture.api + "/conversations", body(fixture, contact, nil))
            #expect(second.id != first)
            #expect(fixture.chatwoot.contactInboxes.count == 2)
        }
    }

    @Test func `Another contact's source id is refused`() async throws {
        try await withChatwoot { fixture in
            _ = try await fixture.contact("wa-1", ["name": "A"])
            let other = try await fixture.contact("wa-2", ["name": "B"])
            let answer = try await fixture.post(fixture.api + "/conversations", body(fixture, other, "wa-1"))
            #expect(answer.status == 422 && answer.body == ["error": "source_id should be unique"])
        }
    }

    @Test func `Long attributes and long numbers are refused`() async throws {
        try await withChatwoot { fixture in
            let contact = try await fixture.contact()
            var long = body(fixture, contact, "wa-5511999999999")
            long["custom_attributes"] = ["note": .string(String(repeating: "x", count: 1501))]
            let answer = try await fixture.post(fixture.api + "/conversations", long)
            #expect(answer.status == 422)
            #expect(answer.body["message"] == "Custom attributes note length should be < 1500")
            long["custom_attributes"] = ["phone": 55_119_999_999_99]
            let number = try await fixture.post(fixture.api + "/conversations", long)
            #expect(number.body["message"] == "Custom attributes phone value should be < 9999999999")
            #expect(fixture.chatwoot.conversations.isEmpty)
        }
    }

    @Test(arguments: [ChatwootDouble.ConversationStatus.resolved, .snoozed])
    func `An incoming message wakes a conversation`(status: ChatwootDouble.ConversationStatus) async throws {
        try await withChatwoot { fixture in
            let conversation = try await fixture.conversation()
            let row = try fixture.row(conversation)
            let path = "\(fixture.api)/conversations/\(conversation)/toggle_status"
            let toggled = try await fixture.post(path, ["status": .string(status.rawValue)])
            #expect(toggled.body["payload"]?["current_status"] == .string(status.rawValue))
            try await fixture.send("POST", fixture.messages(conversation), ["content": "echo"])
            #expect(fixture.chatwoot.conversation(row)?.status == status)
            let incoming: JSON = ["content": "x", "message_type": "incoming"]
            try await fixture.send("POST", fixture.messages(conversation), incoming)
            #expect(fixture.chatwoot.conversation(row)?.status == .open)
        }
    }

    @Test func `A blocked contact wakes nothing, and its conversations are born resolved`() async throws {
        try await withChatwoot { fixture in
            let contact = try await fixture.contact()
            fixture.chatwoot.blockContact(contact)
            let conversation = try await fixture.conversation(contact: contact)
            let incoming: JSON = ["content": "x", "message_type": "incoming"]
            try await fixture.send("POST", fixture.messages(conversation), incoming)
            let shown = try await fixture.get("\(fixture.api)/conversations/\(conversation)")
            #expect(shown.body["status"] == "resolved" && shown.body["muted"] == true)
        }
    }

    @Test func `With an active bot a conversation is pending, and becomes so again`() async throws {
        try await withChatwoot { fixture in
            fixture.chatwoot.updateInbox(fixture.inbox.id) { $0.hasActiveBot = true }
            let conversation = try await fixture.conversation()
            let row = try fixture.row(conversation)
            #expect(fixture.chatwoot.conversation(row)?.status == .pending)
            fixture.chatwoot.agentResolves(conversation: row)
            let incoming: JSON = ["content": "x", "message_type": "incoming"]
            try await fixture.send("POST", fixture.messages(conversation), incoming)
            #expect(fixture.chatwoot.conversation(row)?.status == .pending)
        }
    }

    @Test func `Labels and attributes are replaced`() async throws {
        try await withChatwoot { fixture in
            let path = "\(fixture.api)/conversations/\(try await fixture.conversation())"
            _ = try await fixture.post(path + "/labels", ["labels": ["a", "b"]])
            #expect(try await fixture.post(path + "/labels", ["labels": ["c"]]).body == ["payload": ["c"]])
            #expect(try await fixture.get(path + "/labels").body == ["payload": ["c"]])
            _ = try await fixture.post(path + "/custom_attributes", ["custom_attributes": ["a": "1"]])
            #expect(try await fixture.get(path).body["custom_attributes"] == ["a": "1"])
        }
    }

    @Test func `What was deleted is not found`() async throws {
        try await withChatwoot { fixture in
            let conversation = try await fixture.conversation()
            fixture.chatwoot.deleteConversation(try fixture.row(conversation))
            let answer = try await fixture.post(fixture.messages(conversation), ["content": "x"])
            #expect(answer.status == 404 && answer.body == ["error": "Resource could not be found"])
        }
    }

    @Test func `The window of an inbox closes for agents`() async throws {
        let clock = ManualClock()
        try await withChatwoot(.v4_15, .with { $0.clock = clock }) { fixture in
            fixture.chatwoot.updateInbox(fixture.inbox.id) {
                $0.additionalAttributes = ["agent_reply_time_window": "24"]
            }
            let conversation = try await fixture.conversation()
            let path = "\(fixture.api)/conversations/\(conversation)"
            #expect(try await fixture.get(path).body["can_reply"] == false)
            try await fixture.send(
                "POST", fixture.messages(conversation), ["content": "x", "message_type": "incoming"])
            #expect(try await fixture.get(path).body["can_reply"] == true)
            clock.advance(by: .seconds(24 * 3600))
            #expect(try await fixture.get(path).body["can_reply"] == false)
        }
    }
}

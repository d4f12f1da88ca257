import Foundation
import RelayCore
import RelayCrypto
import RelayJSON
import RelayTesting
import Testing

/// Rules 11, 25 to 29 and 32 of chatwoot.md, section 7.
@Suite(.limitedConcurrency)
struct ChatwootWebhookTests {
    private func withReceiver(
        _ profile: ChatwootDouble.Release = .v4_15,
        timeout: Duration = .waitLimit,
        allowsPrivateNetwork: Bool = true,
        _ body: (ChatwootFixture, ScriptedReceiver) async throws -> Void
    ) async throws {
        let receiver = try ScriptedReceiver()
        let options = ChatwootDouble.Options.with { options in
            options.allowsPrivateNetwork = allowsPrivateNetwork
            options.webhookTimeout = timeout
        }
        try await withChatwoot(profile, options, webhookURL: receiver.url + "/hook?k=1") { fixture in
            try await body(fixture, receiver)
        }
    }

    private func bodies(_ receiver: ScriptedReceiver, _ event: String) throws -> [JSON] {
        try receiver.requests.map { try JSON(parsing: $0.body) }.filter { $0["event"]?.string == event }
    }

    @Test func `An agent's message is told as a text of its type, ours too`() async throws {
        try await withReceiver { fixture, receiver in
            let conversation = try await fixture.conversation()
            let row = try fixture.row(conversation)
            try fixture.chatwoot.agentReplies(in: row, "Hi *Maria*")
            _ = try await fixture.post(
                fixture.messages(conversation), ["content": "x", "message_type": "incoming", "source_id": "WAID:1"])
            try fixture.chatwoot.agentReplies(in: row, "internal", isPrivate: true)
            try await fixture.chatwoot.webhooksToEnd()
            let told = try bodies(receiver, "message_created")
            #expect(told.map { $0["message_type"] } == ["outgoing", "incoming", "outgoing"])
            #expect(told.map { $0["private"] } == [false, false, true])
            #expect(told[1]["source_id"] == "WAID:1" && told[0]["status"] == nil)
            #expect(told[0]["conversation"]?["contact_inbox"]?["source_id"] == "wa-5511999999999")
            #expect(told[0]["sender"]?["type"] == "user" && told[1]["sender"]?["type"] == nil)
            #expect(told[2]["conversation"]?["messages"]?[0]?["message_type"] == 0)
            #expect(receiver.requests.first?.path == "/hook?k=1")
        }
    }

    @Test(arguments: ChatwootDouble.Release.allCases)
    func `Webhooks are signed since 4.13`(profile: ChatwootDouble.Release) async throws {
        try await withReceiver(profile) { fixture, receiver in
            _ = try await fixture.conversation()
            let request = try #require(try await receiver.next(count: 1).first)
            let time = request.header("x-chatwoot-timestamp")
            let hmac = HMAC(key: SymmetricKey(bytes: fixture.inbox.secret.utf8))
            let expected = "sha256=" + Hex.encode(hmac.code(for: Array("\(time ?? "").".utf8), request.body))
            #expect(request.header("x-chatwoot-signature") == (profile >= .v4_13 ? expected : nil))
            #expect((request.header("x-chatwoot-delivery") != nil) == (profile >= .v4_13))
        }
    }

    @Test func `A webhook that is not taken fails its message, which is told once more`() async throws {
        try await withReceiver { fixture, receiver in
            let row = try fixture.row(try await fixture.conversation())
            _ = try await receiver.next(count: 1)
            receiver.script([.status(500)])
            let message = try fixture.chatwoot.agentReplies(in: row, "a")
            try await fixture.chatwoot.webhooksToEnd()
            let failed = try #require(fixture.chatwoot.message(message.id))
            #expect(failed.status == .failed)
            #expect(failed.contentAttributes == ["external_error": "500 Internal Server Error"])
            let events = fixture.chatwoot.webhooks.map(\.event)
            #expect(events.filter { $0 == "message_created" }.count == 1)
            #expect(events.filter { $0 == "message_updated" }.count == 1)
        }
    }

    @Test func `A webhook that is not answered fails after its time`() async throws {
        try await withReceiver(timeout: .milliseconds(100)) { fixture, receiver in
            let row = try fixture.row(try await fixture.conversation())
            receiver.respond { _ in .hang }
            let message = try fixture.chatwoot.agentReplies(in: row, "a")
            try await fixture.chatwoot.webhooksToEnd()
            #expect(
                fixture.chatwoot.message(message.id)?.contentAttributes["external_error"]
                    == "Timed out reading data from server")
        }
    }

    @Test(arguments: [(ChatwootDouble.Release.v4_13, false, true), (.v4_15, false, false), (.v4_15, true, true)])
    func `Private hosts are refused since 4.14, unless allowed`(
        profile: ChatwootDouble.Release, isAllowed: Bool, isTold: Bool
    ) async throws {
        try await withReceiver(profile, allowsPrivateNetwork: isAllowed) { fixture, receiver in
            _ = try await fixture.conversation()
            try await fixture.chatwoot.webhooksToEnd()
            #expect(receiver.requests.isEmpty == !isTold)
            let refusal = "Hostname '127.0.0.1' has no public ip addresses"
            #expect(fixture.chatwoot.webhooks.first?.outcome == (isTold ? .delivered(status: 200) : .failed(refusal)))
        }
    }

    @Test func `A webhook may come twice`() async throws {
        try await withReceiver { fixture, receiver in
            let row = try fixture.row(try await fixture.conversation())
            fixture.chatwoot.duplicateWebhooks(next: 1)
            let message = try fixture.chatwoot.agentReplies(in: row, "a")
            try await fixture.chatwoot.webhooksToEnd()
            #expect(
                try bodies(receiver, "message_created").map { $0["id"] }
                    == .init(repeating: .int(Int64(message.id)), count: 2))
        }
    }

    @Test func `An attachment's address redirects, and is late when told so`() async throws {
        try await withReceiver { fixture, receiver in
            fixture.chatwoot.missAttachments(first: 2)
            let row = try fixture.row(try await fixture.conversation())
            let file = ChatwootDouble.Upload(name: "a b.jpg", type: "image/jpeg", bytes: [0xff, 0xd8, 0xff, 1])
            try fixture.chatwoot.agentReplies(in: row, attachments: [file])
            try await fixture.chatwoot.webhooksToEnd()
            let told = try #require(try bodies(receiver, "message_created").first?["attachments"]?[0])
            let address = try #require(told["data_url"]?.string)
            #expect(address.hasSuffix("/a%20b.jpg") && told["file_type"] == "image")
            #expect(try await fixture.get(address).status == 404)
            #expect(try await fixture.get(address).status == 404)
            let redirect = try await fixture.get(address)
            #expect(redirect.status == 302)
            let location = try #require(redirect.headers.first { $0.name == "location" }?.value)
            let fetched = try await fixture.get(location)
            #expect(fetched.bytes == file.bytes)
            #expect(fetched.headers.first { $0.name == "content-type" }?.value == "image/jpeg")
        }
    }

    @Test func `Deletes, retries, states and typing are told as they are`() async throws {
        try await withReceiver { fixture, receiver in
            let row = try fixture.row(try await fixture.conversation())
            let message = try fixture.chatwoot.agentReplies(in: row, "a")
            try await fixture.chatwoot.webhooksToEnd()
            receiver.script([.status(404)])
            let failed = try fixture.chatwoot.agentReplies(in: row, "b")
            try await fixture.chatwoot.webhooksToEnd()
            fixture.chatwoot.agentRetries(message: failed.id)
            fixture.chatwoot.agentDeletes(message: message.id)
            fixture.chatwoot.agentResolves(conversation: row)
            try fixture.chatwoot.agentTypes(true, in: row, by: fixture.admin.id)
            try await fixture.chatwoot.webhooksToEnd()
            let updates = try bodies(receiver, "message_updated").map { $0["content_attributes"] }
            #expect(
                updates == [
                    ["external_error": "404 Not Found"], ["external_error": .null], [:], ["deleted": true],
                ])
            let status = try #require(try bodies(receiver, "conversation_status_changed").first)
            #expect(status["id"] == 1 && status["status"] == "resolved")
            #expect(
                status["changed_attributes"]
                    == [["status": ["previous_value": "open", "current_value": "resolved"]]])
            let typing = try #require(try bodies(receiver, "conversation_typing_on").first)
            #expect(typing["user"]?["type"] == "user" && typing["is_private"] == false)
        }
    }

    @Test func `Hard breaks of the editor are cut since 4.13`() async throws {
        for profile in ChatwootDouble.Release.allCases {
            try await withReceiver(profile) { fixture, receiver in
                try fixture.chatwoot.agentReplies(in: try fixture.row(try await fixture.conversation()), "a\\\nb")
                try await fixture.chatwoot.webhooksToEnd()
                let content = try bodies(receiver, "message_created").first?["content"]
                #expect(content == (profile >= .v4_13 ? "a\nb" : "a\\\nb"))
            }
        }
    }
}

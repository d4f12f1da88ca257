import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// Agents' messages from Chatwoot to WhatsApp and back, with a relay process, a Chatwoot double and a gateway.
@Suite(.limitedConcurrency)
struct ChatwootDoubleResponseTests {
    /// The echo of an agent's message arrives before the gateway's response, so only the ledger can distinguish it from
    /// a message sent by the phone.
    @Test(arguments: ScriptedGateway.all)
    func aConversationIsForwardedInBothDirectionsOnce(_ gateway: ScriptedGateway) async throws {
        try await ChatwootRelayFixture.run(gateway) { fixture in
            let ids = Mutex<[String]>([])
            fixture.answer { id, _ in
                ids.withLock { $0.append(id) }
                fixture.postFromGateway(ChatwootRelayFixture.echo(id))
            }
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            let message = try fixture.chatwoot.agentReplies(in: conversation, "**Good** morning")
            try await fixture.requests(1)
            #expect(fixture.receiver.requests[0].text.contains("*Good* morning"))
            #expect(!fixture.receiver.requests[0].text.contains("**"))

            try await fixture.relay.eventually("it is sent") {
                try await fixture.relay.count("queued", "in_flight") == 0
            }
            let id = try #require(ids.withLock { $0.first })
            try await fixture.receipt(id, status: 3)
            try await fixture.waitForStatus(.delivered, of: message.id)
            try await fixture.receipt(id, status: 4)
            try await fixture.waitForStatus(.read, of: message.id)

            try await fixture.customerWrites("C2", "Thanks")
            try await fixture.shown("Thanks")
            #expect(fixture.texts() == ["Hello", "**Good** morning", "Thanks"])
            #expect(fixture.receiver.requests.count == 1)
        }
    }

    @Test(arguments: ScriptedGateway.all)
    func answersQuoteWhatTheyAnswer(_ gateway: ScriptedGateway) async throws {
        try await ChatwootRelayFixture.run(gateway) { fixture in
            let ids = Mutex<[String]>([])
            fixture.answer { id, _ in ids.withLock { $0.append(id) } }
            try await fixture.customerWrites("3EB0CUSTOMER", "Which colour?")
            let conversation = try await fixture.shown("Which colour?")
            let question = try #require(fixture.chatwoot.messages(in: conversation).first { $0.kind == .incoming })
            let first = try fixture.chatwoot.agentReplies(in: conversation, "Red", inReplyTo: question.id)
            try await fixture.requests(1)
            #expect(fixture.receiver.requests[0].text.contains("3EB0CUSTOMER"))
            try await fixture.relay.eventually("it is sent") {
                try await fixture.relay.count("queued", "in_flight") == 0
            }

            // A message written by an agent has no source_id in Chatwoot: its WhatsApp id is only in the ledger.
            try fixture.chatwoot.agentReplies(in: conversation, "I mean blue", inReplyTo: first.id)
            try await fixture.requests(2)
            let sent = try #require(ids.withLock { $0.first })
            #expect(fixture.receiver.requests[1].text.contains(sent), "\(fixture.receiver.requests[1].text)")
        }
    }

    @Test func twoInboxesKeepApartAndWhatIsPostedTwiceIsSentOnce() async throws {
        try await ChatwootRelayFixture.run(.bridge, sessions: ["north", "south"]) { fixture in
            fixture.chatwoot.duplicateWebhooks(probability: 1)
            for (index, session) in ["north", "south"].enumerated() {
                try await fixture.customerWrites("C-\(session)", "Hello \(session)", session: session)
                let conversation = try await fixture.shown("Hello \(session)", index)
                try fixture.chatwoot.agentReplies(in: conversation, "Welcome to \(session)")
            }
            try await fixture.requests(2)
            try await fixture.chatwoot.webhooksToEnd()
            try await fixture.relay.eventually("all is settled") {
                try await fixture.relay.count("queued", "in_flight") == 0
            }
            let bodies = try fixture.receiver.requests.map { try JSON(parsing: $0.body) }
            #expect(bodies.count == 2)
            #expect(Set(bodies.compactMap { $0["session"]?.string }) == ["north", "south"])
            for body in bodies { #expect(body["text"]?.string == "Welcome to \(body["session"]?.string ?? "")") }
            #expect(fixture.texts(0) == ["Hello north", "Welcome to north"])
            #expect(fixture.texts(1) == ["Hello south", "Welcome to south"])
        }
    }

    /// Chatwoot waits five seconds for a response, and then marks the message as failed.
    @Test func chatwootIsAnsweredBeforeTheGatewayIs() async throws {
        try await ChatwootRelayFixture.run(.bridge) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            let gate = DispatchSemaphore(value: 0)
            fixture.answer { _, _ in gate.wait() }
            defer { gate.signal() }
            let message = try fixture.chatwoot.agentReplies(in: conversation, "Good morning")
            try await fixture.chatwoot.webhooksToEnd()
            try await fixture.requests(1)
            let outcomes = fixture.chatwoot.webhooks.filter { $0.event == "message_created" }.map(\.outcome)
            #expect(outcomes.allSatisfy { $0 == .delivered(status: 200) }, "\(outcomes)")
            #expect(try await fixture.relay.count("in_flight") == 1, "the gateway has not answered")
            #expect(fixture.chatwoot.message(message.id)?.status == .sent)
        }
    }

    @Test func killedWhileItSendsItSendsAgainUnderTheSameID() async throws {
        try await ChatwootRelayFixture.run(.bridge) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            fixture.receiver.respond { _ in .hang }
            let message = try fixture.chatwoot.agentReplies(in: conversation, "Good morning")
            try await fixture.requests(1)
            try await fixture.relay.end(SIGKILL)

            let ids = Mutex<[String]>([])
            fixture.answer { id, _ in ids.withLock { $0.append(id) } }
            try await fixture.start()
            try await fixture.requests(2)
            try await fixture.relay.eventually("it is sent") {
                try await fixture.relay.count("queued", "in_flight") == 0
            }
            let bodies = try fixture.receiver.requests.map { try JSON(parsing: $0.body) }
            #expect(bodies[0]["messageId"] == bodies[1]["messageId"], "a bridge recognizes it")
            // According to the gateway both were sent, so neither is a message sent by the phone.
            let id = try #require(ids.withLock { $0.first })
            for _ in 1...2 { fixture.postFromGateway(ChatwootRelayFixture.echo(id)) }
            try await fixture.receipt(id, status: 4)
            try await fixture.waitForStatus(.read, of: message.id)
            #expect(fixture.texts() == ["Hello", "Good morning"])
        }
    }

    @Test func aWrongSignatureIsRefusedAndTheAgentSeesIt() async throws {
        try await ChatwootRelayFixture.run(.bridge, isKeyed: false) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            let message = try fixture.chatwoot.agentReplies(in: conversation, "Good morning")
            try await fixture.waitForStatus(.failed, of: message.id)
            #expect(fixture.chatwoot.message(message.id)?.contentAttributes["external_error"] == "401 Unauthorized")
            #expect(fixture.receiver.requests.isEmpty)
        }
    }

    @Test func anAgentLearnsThatAContactHasNoNumber() async throws {
        try await ChatwootRelayFixture.run(.bridge) { fixture in
            let api = "\(fixture.url)/api/v1/accounts/\(fixture.account.id)"
            let token = [(name: "api-access-token", value: fixture.agent.token)]
            let inbox = JSON.int(Int64(fixture.inboxes[0].inbox.id))
            let contact = try await fixture.relay.call(
                "POST", api + "/contacts",
                ["name": "Ana", "email": "ana@example.com", "inbox_id": inbox, "source_id": "mail-ana"],
                headers: token)
            let id = try #require(contact.document["payload"]?["contact"]?["id"], "\(contact.document.text)")
            let opened = try await fixture.relay.call(
                "POST", api + "/conversations", ["source_id": "mail-ana", "inbox_id": inbox, "contact_id": id],
                headers: token)
            #expect(opened.status == 200, "\(opened.document.text)")
            let conversation = try #require(fixture.chatwoot.conversations.first)
            let message = try fixture.chatwoot.agentReplies(in: conversation.id, "Good morning")
            try await fixture.waitForStatus(.failed, of: message.id)
            let reason = fixture.chatwoot.message(message.id)?.contentAttributes["external_error"]?.string
            #expect(reason?.contains("give it a phone number") == true, "\(reason ?? "nothing")")
            #expect(fixture.receiver.requests.isEmpty)
        }
    }

    @Test func whatIsRefusedIsReportedAndSentOnceMoreWhenTheAgentWishes() async throws {
        try await ChatwootRelayFixture.run(.bridge) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            fixture.receiver.respond { _ in .status(400, body: #"{"error":{"message":"no such number"}}"#) }
            let message = try fixture.chatwoot.agentReplies(in: conversation, "Good morning")
            try await fixture.waitForStatus(.failed, of: message.id)
            let reason = fixture.chatwoot.message(message.id)?.contentAttributes["external_error"]?.string
            #expect(reason == "The gateway refused the message: no such number")
            #expect(fixture.receiver.requests.count == 1)

            let ids = Mutex<[String]>([])
            fixture.answer { id, _ in ids.withLock { $0.append(id) } }
            fixture.chatwoot.agentRetries(message: message.id)
            try await fixture.requests(2)
            try await fixture.chatwoot.webhooksToEnd()
            try await fixture.relay.eventually("it is sent") {
                try await fixture.relay.count("queued", "in_flight") == 0
            }
            try await fixture.receipt(try #require(ids.withLock { $0.first }), status: 3)
            try await fixture.waitForStatus(.delivered, of: message.id)
            try await fixture.chatwoot.webhooksToEnd()
            try await fixture.customerWrites("C2", "Thanks")
            try await fixture.shown("Thanks")
            #expect(fixture.receiver.requests.count == 2, "once more, and not once for each of Chatwoot's webhooks")
        }
    }

    @Test func whatAnAgentDeletesIsTakenBack() async throws {
        try await ChatwootRelayFixture.run(.bridge) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            let message = try fixture.chatwoot.agentReplies(in: conversation, "Oops")
            try await fixture.requests(1)
            fixture.chatwoot.agentDeletes(message: message.id)
            try await fixture.requests(2)
            let sent = try JSON(parsing: fixture.receiver.requests[0].body)
            let revoked = try JSON(parsing: fixture.receiver.requests[1].body)
            #expect(revoked["action"] == "revoke")
            #expect(revoked["messageId"] == sent["messageId"])
        }
    }

    // MARK: Files

    /// Chatwoot's URL redirects, and at first returns 404.
    @Test(arguments: ScriptedGateway.all)
    func filesAreHandedOver(_ gateway: ScriptedGateway) async throws {
        try await ChatwootRelayFixture.run(gateway) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            fixture.chatwoot.missAttachments(first: 2)
            let bytes = Array("%PDF-1.7 not really".utf8)
            try fixture.chatwoot.agentReplies(
                in: conversation, "**Prices**",
                attachments: [.init(name: "price list.pdf", type: "application/pdf", bytes: bytes)])
            let count = gateway.name == "cloud_api" ? 2 : 1
            let requests = try await fixture.requests(count)
            let text = try #require(requests.first).text
            switch gateway.name {
            case "evolution", "waha":
                #expect(text.contains(Base64.encode(bytes)), "\(text)")
                #expect(text.contains("application/pdf") && text.contains("price list.pdf"))
            case "gowa":
                #expect(requests[0].path == "/send/file")
                #expect(requests[0].header("content-type")?.hasPrefix("multipart/form-data; boundary=") == true)
                #expect(text.contains("%PDF-1.7 not really") && text.contains(#"filename="price list.pdf""#))
            case "cloud_api":
                #expect(requests[0].path == "/106/media" && text.contains("%PDF-1.7 not really"))
                #expect(requests[1].text.contains(#""document":{"id":"MEDIA1","caption":"*Prices*""#))
            default:
                let link = try #require(JSON(parsing: requests[0].body)["media"]?["url"]?.string)
                let path = try #require(link.firstRange(of: "/media/")).lowerBound
                #expect(try await fixture.relay.call("GET", String(link[path...])).bytes == bytes)
            }
            #expect(requests.contains { $0.text.contains("*Prices*") && !$0.text.contains("**Prices**") })
        }
    }

    @Test(arguments: ScriptedGateway.all)
    func recordingsAreVoiceNotes(_ gateway: ScriptedGateway) async throws {
        try await ChatwootRelayFixture.run(gateway) { fixture in
            try await fixture.customerWrites("C1", "Hello")
            let conversation = try await fixture.shown("Hello")
            let bytes = Array("OggS".utf8) + Array(repeating: 0, count: 24) + Array("OpusHead".utf8)
            try fixture.chatwoot.agentReplies(
                in: conversation, attachments: [.init(name: "voice.ogg", type: "audio/ogg", bytes: bytes)])
            let count = gateway.name == "cloud_api" ? 2 : 1
            let request = try #require(try await fixture.requests(count).last)
            switch gateway.name {
            case "evolution": #expect(request.path == "/message/sendWhatsAppAudio/main")
            case "waha":
                #expect(request.path == "/api/sendVoice")
                #expect(request.text.contains(#""mimetype":"audio/ogg""#))
            case "gowa": #expect(request.path == "/send/audio" && request.text.contains("name=\"ptt\"\r\n\r\ntrue"))
            case "cloud_api": #expect(request.text.contains(#""audio":{"id":"MEDIA1","voice":true}"#))
            default: #expect(request.text.contains(#""voice":true"#))
            }
        }
    }
}

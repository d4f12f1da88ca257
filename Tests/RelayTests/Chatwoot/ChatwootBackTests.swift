import Foundation
import RelayCore
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// What agents write in Chatwoot, on its way to WhatsApp and back: a real relay, a Chatwoot and a gateway.
@Suite(.limitedConcurrency)
struct ChatwootBackTests {
    /// The echo of what an agent wrote comes before the gateway has answered: nothing but the ledger can tell it from a
    /// message of the phone.
    @Test(arguments: ScriptedGateway.all)
    func aConversationGoesBothWaysWithoutDoubles(_ gateway: ScriptedGateway) async throws {
        try await ChatwootDesk.run(gateway) { desk in
            let ids = Mutex<[String]>([])
            desk.answer { id, _ in
                ids.withLock { $0.append(id) }
                desk.postFromGateway(ChatwootDesk.echo(id))
            }
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            let message = try desk.chatwoot.agentReplies(in: conversation, "**Good** morning")
            try await desk.requests(1)
            #expect(desk.receiver.requests[0].text.contains("*Good* morning"))
            #expect(!desk.receiver.requests[0].text.contains("**"))

            try await desk.relay.eventually("it is sent") { try await desk.relay.count("queued", "in_flight") == 0 }
            let id = try #require(ids.withLock { $0.first })
            try await desk.receipt(id, status: 3)
            try await desk.waitForStatus(.delivered, of: message.id)
            try await desk.receipt(id, status: 4)
            try await desk.waitForStatus(.read, of: message.id)

            try await desk.customerWrites("C2", "Thanks")
            try await desk.shown("Thanks")
            #expect(desk.texts() == ["Hello", "**Good** morning", "Thanks"])
            #expect(desk.receiver.requests.count == 1)
        }
    }

    @Test(arguments: ScriptedGateway.all)
    func answersQuoteWhatTheyAnswer(_ gateway: ScriptedGateway) async throws {
        try await ChatwootDesk.run(gateway) { desk in
            let ids = Mutex<[String]>([])
            desk.answer { id, _ in ids.withLock { $0.append(id) } }
            try await desk.customerWrites("3EB0CUSTOMER", "Which colour?")
            let conversation = try await desk.shown("Which colour?")
            let question = try #require(desk.chatwoot.messages(in: conversation).first { $0.kind == .incoming })
            let first = try desk.chatwoot.agentReplies(in: conversation, "Red", inReplyTo: question.id)
            try await desk.requests(1)
            #expect(desk.receiver.requests[0].text.contains("3EB0CUSTOMER"))
            try await desk.relay.eventually("it is sent") { try await desk.relay.count("queued", "in_flight") == 0 }

            // An agent's own message has no source_id in Chatwoot: its id on WhatsApp is in the ledger alone.
            try desk.chatwoot.agentReplies(in: conversation, "I mean blue", inReplyTo: first.id)
            try await desk.requests(2)
            let sent = try #require(ids.withLock { $0.first })
            #expect(desk.receiver.requests[1].text.contains(sent), "\(desk.receiver.requests[1].text)")
        }
    }

    @Test func twoInboxesKeepApartAndWhatIsPostedTwiceIsSentOnce() async throws {
        try await ChatwootDesk.run(.bridge, sessions: ["north", "south"]) { desk in
            desk.chatwoot.duplicateWebhooks(probability: 1)
            for (index, session) in ["north", "south"].enumerated() {
                try await desk.customerWrites("C-\(session)", "Hello \(session)", session: session)
                let conversation = try await desk.shown("Hello \(session)", index)
                try desk.chatwoot.agentReplies(in: conversation, "Welcome to \(session)")
            }
            try await desk.requests(2)
            try await desk.chatwoot.webhooksToEnd()
            try await desk.relay.eventually("all is settled") {
                try await desk.relay.count("queued", "in_flight") == 0
            }
            let bodies = try desk.receiver.requests.map { try JSON(parsing: $0.body) }
            #expect(bodies.count == 2)
            #expect(Set(bodies.compactMap { $0["session"]?.string }) == ["north", "south"])
            for body in bodies { #expect(body["text"]?.string == "Welcome to \(body["session"]?.string ?? "")") }
            #expect(desk.texts(0) == ["Hello north", "Welcome to north"])
            #expect(desk.texts(1) == ["Hello south", "Welcome to south"])
        }
    }

    /// Chatwoot waits five seconds for an answer and marks the message as failed then.
    @Test func chatwootIsAnsweredBeforeTheGatewayIs() async throws {
        try await ChatwootDesk.run(.bridge) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            let gate = DispatchSemaphore(value: 0)
            desk.answer { _, _ in gate.wait() }
            defer { gate.signal() }
            let message = try desk.chatwoot.agentReplies(in: conversation, "Good morning")
            try await desk.chatwoot.webhooksToEnd()
            try await desk.requests(1)
            let outcomes = desk.chatwoot.webhooks.filter { $0.event == "message_created" }.map(\.outcome)
            #expect(outcomes.allSatisfy { $0 == .delivered(status: 200) }, "\(outcomes)")
            #expect(try await desk.relay.count("in_flight") == 1, "the gateway has not answered")
            #expect(desk.chatwoot.message(message.id)?.status == .sent)
        }
    }

    @Test func killedWhileItSendsItSendsAgainUnderTheSameID() async throws {
        try await ChatwootDesk.run(.bridge) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            desk.receiver.respond { _ in .hang }
            let message = try desk.chatwoot.agentReplies(in: conversation, "Good morning")
            try await desk.requests(1)
            try await desk.relay.end(SIGKILL)

            let ids = Mutex<[String]>([])
            desk.answer { id, _ in ids.withLock { $0.append(id) } }
            try await desk.start()
            try await desk.requests(2)
            try await desk.relay.eventually("it is sent") { try await desk.relay.count("queued", "in_flight") == 0 }
            let bodies = try desk.receiver.requests.map { try JSON(parsing: $0.body) }
            #expect(bodies[0]["messageId"] == bodies[1]["messageId"], "a bridge recognizes it")
            // Both were sent, for all that the gateway says: neither is a message of the phone.
            let id = try #require(ids.withLock { $0.first })
            for _ in 1...2 { desk.postFromGateway(ChatwootDesk.echo(id)) }
            try await desk.receipt(id, status: 4)
            try await desk.waitForStatus(.read, of: message.id)
            #expect(desk.texts() == ["Hello", "Good morning"])
        }
    }

    @Test func aWrongSignatureIsRefusedAndTheAgentSeesIt() async throws {
        try await ChatwootDesk.run(.bridge, isKeyed: false) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            let message = try desk.chatwoot.agentReplies(in: conversation, "Good morning")
            try await desk.waitForStatus(.failed, of: message.id)
            #expect(desk.chatwoot.message(message.id)?.contentAttributes["external_error"] == "401 Unauthorized")
            #expect(desk.receiver.requests.isEmpty)
        }
    }

    @Test func anAgentLearnsThatAContactHasNoNumber() async throws {
        try await ChatwootDesk.run(.bridge) { desk in
            let api = "\(desk.url)/api/v1/accounts/\(desk.account.id)"
            let token = [(name: "api-access-token", value: desk.agent.token)]
            let inbox = JSON.int(Int64(desk.places[0].inbox.id))
            let contact = try await desk.relay.call(
                "POST", api + "/contacts",
                ["name": "Ana", "email": "ana@example.com", "inbox_id": inbox, "source_id": "mail-ana"],
                headers: token)
            let id = try #require(contact.document["payload"]?["contact"]?["id"], "\(contact.document.text)")
            let opened = try await desk.relay.call(
                "POST", api + "/conversations", ["source_id": "mail-ana", "inbox_id": inbox, "contact_id": id],
                headers: token)
            #expect(opened.status == 200, "\(opened.document.text)")
            let conversation = try #require(desk.chatwoot.conversations.first)
            let message = try desk.chatwoot.agentReplies(in: conversation.id, "Good morning")
            try await desk.waitForStatus(.failed, of: message.id)
            let reason = desk.chatwoot.message(message.id)?.contentAttributes["external_error"]?.string
            #expect(reason?.contains("give it a phone number") == true, "\(reason ?? "nothing")")
            #expect(desk.receiver.requests.isEmpty)
        }
    }

    @Test func whatIsRefusedIsToldAndSentOnceMoreWhenTheAgentWishes() async throws {
        try await ChatwootDesk.run(.bridge) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            desk.receiver.respond { _ in .status(400) }
            let message = try desk.chatwoot.agentReplies(in: conversation, "Good morning")
            try await desk.waitForStatus(.failed, of: message.id)
            let reason = desk.chatwoot.message(message.id)?.contentAttributes["external_error"]?.string
            #expect(reason == "The gateway answered 400")
            #expect(desk.receiver.requests.count == 1)

            let ids = Mutex<[String]>([])
            desk.answer { id, _ in ids.withLock { $0.append(id) } }
            desk.chatwoot.agentRetries(message: message.id)
            try await desk.requests(2)
            try await desk.chatwoot.webhooksToEnd()
            try await desk.relay.eventually("it is sent") { try await desk.relay.count("queued", "in_flight") == 0 }
            try await desk.receipt(try #require(ids.withLock { $0.first }), status: 3)
            try await desk.waitForStatus(.delivered, of: message.id)
            try await desk.chatwoot.webhooksToEnd()
            try await desk.customerWrites("C2", "Thanks")
            try await desk.shown("Thanks")
            #expect(desk.receiver.requests.count == 2, "once more, and not once for each of Chatwoot's webhooks")
        }
    }

    @Test func whatAnAgentDeletesIsTakenBack() async throws {
        try await ChatwootDesk.run(.bridge) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            let message = try desk.chatwoot.agentReplies(in: conversation, "Oops")
            try await desk.requests(1)
            desk.chatwoot.agentDeletes(message: message.id)
            try await desk.requests(2)
            let sent = try JSON(parsing: desk.receiver.requests[0].body)
            let revoked = try JSON(parsing: desk.receiver.requests[1].body)
            #expect(revoked["action"] == "revoke")
            #expect(revoked["messageId"] == sent["messageId"])
        }
    }

    // MARK: Files

    /// Chatwoot's address redirects, and finds nothing at first.
    @Test(arguments: ScriptedGateway.all)
    func filesAreHandedOver(_ gateway: ScriptedGateway) async throws {
        try await ChatwootDesk.run(gateway) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            desk.chatwoot.missAttachments(first: 2)
            let bytes = Array("%PDF-1.7 not really".utf8)
            try desk.chatwoot.agentReplies(
                in: conversation, "**Prices**",
                attachments: [.init(name: "price list.pdf", type: "application/pdf", bytes: bytes)])
            let count = gateway.name == "cloud_api" ? 2 : 1
            let requests = try await desk.requests(count)
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
                #expect(try await desk.relay.call("GET", String(link[path...])).bytes == bytes)
            }
            #expect(requests.contains { $0.text.contains("*Prices*") && !$0.text.contains("**Prices**") })
        }
    }

    @Test(arguments: ScriptedGateway.all)
    func recordingsAreVoiceNotes(_ gateway: ScriptedGateway) async throws {
        try await ChatwootDesk.run(gateway) { desk in
            try await desk.customerWrites("C1", "Hello")
            let conversation = try await desk.shown("Hello")
            let bytes = Array("OggS".utf8) + Array(repeating: 0, count: 24) + Array("OpusHead".utf8)
            try desk.chatwoot.agentReplies(
                in: conversation, attachments: [.init(name: "voice.ogg", type: "audio/ogg", bytes: bytes)])
            let count = gateway.name == "cloud_api" ? 2 : 1
            let request = try #require(try await desk.requests(count).last)
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

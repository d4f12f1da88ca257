import RelayCore
import RelayDestinations
import RelayTesting
import Testing

/// What happens when a gateway does not do what it should.
struct WhatsAppDestinationTests {
    private var evolution: WhatsAppProviderTests.Gateway {
        get throws { try #require(WhatsAppProviderTests.gateways.first { $0.name == "evolution" }) }
    }

    private var waha: WhatsAppProviderTests.Gateway {
        get throws { try #require(WhatsAppProviderTests.gateways.first { $0.name == "waha" }) }
    }

    private let images = [
        #"{"kind":"image","url":"https://cw.example/1.jpg"}"#, #"{"kind":"image","url":"https://cw.example/2.jpg"}"#,
    ]

    @Test func whatWasSentIsNotSentAgain() async throws {
        try await withSender(evolution) { sender in
            #expect(await sender.send(text: "Hi").isDelivered)
            #expect(await sender.send(text: "Hi", attempt: 2).isDelivered)
            #expect(sender.receiver.requests.count == 1)
        }
    }

    @Test func aRetryGoesOnBehindThePartsThatAreDone() async throws {
        try await withSender(evolution) { sender in
            sender.receiver.script([.status(200, body: #"{"key": {"id": "A"}}"#), .status(503)])
            let first = await sender.send(text: "Two pictures", attachments: images)
            #expect(first.status == 503)
            #expect(await sender.send(text: "Two pictures", attachments: images, attempt: 2).isDelivered)
            let paths = sender.receiver.requests.map(\.path)
            #expect(
                paths == [
                    "/message/sendText/main", "/message/sendMedia/main", "/message/sendMedia/main",
                    "/message/sendMedia/main",
                ]
            )
            #expect(sender.receiver.requests[2].text.contains("1.jpg"))
            #expect(sender.receiver.requests[3].text.contains("2.jpg"))
        }
    }

    @Test func theIDThatWeChooseIsTheSameOnEveryAttempt() async throws {
        try await withSender(evolution) { sender in
            sender.receiver.script([.reset])
            #expect(await sender.send(text: "Hi").outcome == .failed(.reset))
            // Whether it arrived is not known: its echo must find it.
            let open = try await sender.ledger.forwardedMessages(destination: "desk", remote: 9010)
            #expect(open.map(\.state) == [.intended, .intended])
            #expect(await sender.send(text: "Hi", attempt: 2).isDelivered)
            let bodies = sender.receiver.requests.map(\.text)
            #expect(bodies.count == 2)
            #expect(bodies[0] == bodies[1])
        }
    }

    @Test func aRefusalLeavesNothingOpen() async throws {
        try await withSender(evolution) { sender in
            sender.receiver.script([.status(400)])
            #expect(await sender.send(text: "Hi").outcome == .refused)
            let open = try await sender.ledger.forwardedMessages(destination: "desk", remote: 9010)
            #expect(open == [])
        }
    }

    @Test func aWrongKeyIsToldByItsOption() async throws {
        try await withSender(waha) { sender in
            sender.receiver.script([.status(401)])
            let result = await sender.send(text: "Hi")
            #expect(result.outcome == .refused)
            #expect(result.error?.contains("its key (token:) is wrong") == true)
        }
    }

    @Test(arguments: ["text", "chat", "type", "body"])
    func whatCannotBeSentIsNotTriedAgain(_ what: String) async throws {
        try await withSender(evolution) { sender in
            let result: AttemptResult
            switch what {
            case "text": result = await sender.send(text: nil)
            case "chat": result = await sender.send(text: "Hi", chat: "nobody")
            case "type":
                let body = #"{"payload": {"chatId": "5511999999001@s.whatsapp.net"}}"#
                result = await sender.destination.send(sender.delivery(.messageReceived, body, 1), at: moment)
            default:
                result = await sender.destination.send(sender.delivery(.messageSend, "[1]", 1), at: moment)
            }
            #expect(result.outcome == .failed(.invalidRequest))
            #expect(result.error?.isEmpty == false)
            #expect(sender.receiver.requests.isEmpty)
        }
    }

    @Test func whatWasNeverSentNeedsNoTakingBack() async throws {
        try await withSender(evolution) { sender in
            #expect(await sender.revoke().isDelivered)
            #expect(sender.receiver.requests.isEmpty)
        }
    }
}

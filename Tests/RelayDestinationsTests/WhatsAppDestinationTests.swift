import RelayCore
import RelayDestinations
import RelayTesting
import Testing

/// The behavior when a gateway misbehaves.
@Suite(.limitedConcurrency)
struct WhatsAppDestinationTests {
    private var evolution: WhatsAppGatewayAdapterTests.Gateway {
        get throws { try #require(WhatsAppGatewayAdapterTests.gateways.first { $0.name == "evolution" }) }
    }

    private var waha: WhatsAppGatewayAdapterTests.Gateway {
        get throws { try #require(WhatsAppGatewayAdapterTests.gateways.first { $0.name == "waha" }) }
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
            // It is unknown whether the message arrived, so its echo must be recognized.
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

    @Test func aWrongKeyIsReportedByItsOption() async throws {
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

    // MARK: Texts and answers

    @Test func markdownBecomesWhatsAppsFormatting() async throws {
        try await withSender(evolution) { sender in
            #expect(await sender.send(text: "**Hi** *there*", more: #""textFormat": "markdown", "#).isDelivered)
            #expect(sender.receiver.requests.last?.text.contains(#""text":"*Hi* _there_""#) == true)
        }
    }

    @Test func otherTextsGoAsTheyAre() async throws {
        try await withSender(evolution) { sender in
            #expect(await sender.send(text: "**Hi** snake_case").isDelivered)
            #expect(sender.receiver.requests.last?.text.contains(#""text":"**Hi** snake_case""#) == true)
        }
    }

    /// A reply to an agent's message refers to it by Chatwoot's id, because a message written by an agent has no
    /// `source_id`.
    @Test func anAnswerToAnAgentsMessageNamesTheFirstOfIt() async throws {
        try await withSender(waha) { sender in
            let first = ForwardedMessage(
                key: .init(destination: "desk", session: "main", chat: "x", message: "3EB0FIRST"),
                direction: .returned, state: .sent, remote: 9001, updatedAt: moment)
            var second = first
            second.key.message = "3EB0SECOND"
            second.updatedAt = moment + .seconds(1)
            var part = first
            part.key.message = "cw-1-9001"
            part.key.part = "0"
            try await sender.ledger.record([.message(part), .message(second), .message(first)])
            #expect(await sender.send(text: "As I said", place: #""inReplyTo": 9001, "#).isDelivered)
            let text = try #require(sender.receiver.requests.last?.text)
            #expect(text.contains(#""reply_to":"true_5511999999001@c.us_3EB0FIRST""#), "\(text)")
        }
    }

    @Test func anAnswerToWhatIsNotKnownGoesWithoutAQuote() async throws {
        try await withSender(waha) { sender in
            #expect(await sender.send(text: "Hm", place: #""inReplyTo": 7, "#).isDelivered)
            #expect(sender.receiver.requests.last?.text.contains("reply_to") == false)
        }
    }

    // MARK: Giving up

    @Test func whoWroteItLearnsThatItWasGivenUp() async throws {
        try await withSender(evolution) { sender in
            sender.receiver.respond { request in
                if request.method == "PATCH" { return .status(200, body: "{}") }
                return request.path.contains("sendText")
                    ? .status(200, body: #"{"key": {"id": "A"}}"#) : .status(400)
            }
            let result = await sender.send(text: "Two pictures", attachments: images)
            #expect(result.outcome == .refused)
            await sender.giveUp(after: result)
            let told = try #require(sender.receiver.requests.last)
            #expect(told.path == "/api/v1/accounts/1/conversations/128/messages/9010")
            #expect(told.text.contains(#""status":"failed""#) && told.text.contains("The gateway refused the message"))
            // Both pictures may be requested again; the text has been delivered.
            let parts = try await sender.ledger.forwardedParts(
                of: "cw-1-9010",
                in: .init(destination: "desk", session: "main", chat: "5511999999001@s.whatsapp.net"))
            #expect(parts.map(\.state) == [.sent, .failed, .failed])
            sender.receiver.respond { _ in .status(200, body: #"{"key": {"id": "B"}}"#) }
            #expect(await sender.send(text: "Two pictures", attachments: images).isDelivered)
            #expect(
                sender.receiver.requests.suffix(2).map(\.path) == Array(repeating: "/message/sendMedia/main", count: 2))
        }
    }

    @Test func whatCannotBeAddressedIsReportedToo() async throws {
        try await withSender(evolution) { sender in
            sender.receiver.respond { _ in .status(200, body: "{}") }
            let result = await sender.send(text: "Hi", more: #""problem": "The contact has no WhatsApp address", "#)
            #expect(result.outcome == .failed(.invalidRequest))
            #expect(result.error == "The contact has no WhatsApp address")
            await sender.giveUp(after: result)
            #expect(sender.receiver.requests.map(\.method) == ["PATCH"])
            #expect(sender.receiver.requests.last?.text.contains("The contact has no WhatsApp address") == true)
        }
    }

    @Test func itsChatsKeepTheirOrderWhateverIsConfigured() async throws {
        var gateway = try evolution
        gateway.options += "\nordering: none"
        try await withSender(gateway) { sender in #expect(sender.destination.settings.ordering == .perChat) }
    }
}

import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// Changes of messages that are already in Chatwoot.
@Suite(.limitedConcurrency)
struct ChangeTests {
    private func own(_ fixture: ForwardingFixture, _ id: String) -> JSON {
        fixture.text(id, "resposta", ["fromMe": true])
    }

    // MARK: Receipts

    @Test func aReceiptNeverTakesAStepBack() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.sent", own(fixture, "A1"))
            func status() -> ChatwootDouble.MessageStatus? { fixture.chatwoot.messages.last?.status }
            let steps: [(String, ChatwootDouble.MessageStatus)] = [
                ("message.failed", .failed), ("message.delivered", .delivered), ("message.failed", .delivered),
                ("message.read", .read), ("message.delivered", .read), ("message.failed", .read),
            ]
            for (event, expected) in steps {
                try await fixture.take(event, own(fixture, "A1"))
                #expect(status() == expected, "after \(event)")
            }
        }
    }

    @Test func whyAMessageFailedIsReported() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.sent", own(fixture, "A1"))
            try await fixture.take(
                "message.failed", payload(["fromMe": true, "error": "blocked", "wa_message_id": "A1"]))
            #expect(fixture.chatwoot.messages.last?.contentAttributes["external_error"] == "blocked")
        }
    }

    @Test func whatAnAgentWroteGetsItsReceiptsAndIsNoEcho() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            let conversation = try fixture.conversation
            let reply = try fixture.chatwoot.agentReplies(in: conversation.id, "resposta")
            // The record that a destination of type whatsapp makes.
            try await fixture.ledger.record([
                .message(
                    ForwardedMessage(
                        key: .init(
                            destination: "desk", session: "demo", chat: "5511999999001@s.whatsapp.net", message: "B1"),
                        direction: .returned, state: .sent,
                        conversation: Int64(conversation.displayID), remote: Int64(reply.id), updatedAt: now))
            ])
            try await fixture.take("message.sent", own(fixture, "B1"))
            #expect(fixture.said == ["oi", "resposta"])
            try await fixture.take("message.read", own(fixture, "B1"))
            #expect(fixture.chatwoot.message(reply.id)?.status == .read)
        }
    }

    @Test func anEchoWaitsUntilTheGatewayHasToldItsID() async throws {
        let clock = ManualClock(now: now)
        try await withForwarding(clock: clock) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            let conversation = try fixture.conversation
            let reply = try fixture.chatwoot.agentReplies(in: conversation.id, "resposta")
            func entry(_ id: String, _ state: ForwardedMessage.State) -> ForwardedMessage {
                ForwardedMessage(
                    key: .init(
                        destination: "desk", session: "demo", chat: "5511999999001@s.whatsapp.net", message: id),
                    direction: .returned, state: state,
                    conversation: Int64(conversation.displayID), remote: Int64(reply.id), updatedAt: clock.wall)
            }
            try await fixture.ledger.record([.message(entry("cw-1", .intended))])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await fixture.take("message.sent", own(fixture, "B1")) }
                await clock.untilSleeping()
                try await fixture.ledger.record([.message(entry("cw-1", .sent)), .message(entry("B1", .sent))])
                if let deadline = clock.nextDeadline { clock.set(deadline) }
                try await group.waitForAll()
            }
            #expect(fixture.said == ["oi", "resposta"])
        }
    }

    // MARK: Deletions, edits, reactions

    @Test func aDeletedMessageIsNotedOrDeleted() async throws {
        let deletion = payload(["targetMessageId": "A1", "wa_message_id": "A1"])
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            try await fixture.take("message.deleted", deletion)
            #expect(fixture.said == ["oi"])
            #expect(fixture.notes.count == 1)
        }
        try await withForwarding("deletes: delete") { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            for _ in 1...2 { try await fixture.take("message.deleted", deletion) }
            #expect(fixture.chatwoot.messages.first?.contentAttributes["deleted"] == true)
            fixture.chatwoot.deleteConversation(try fixture.conversation.id)
            try await fixture.take("message.deleted", deletion)
        }
    }

    @Test func aDeletionThatNamesNoChatFindsItsMessage() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            try await fixture.take("message.deleted", ["targetMessageId": "A1", "wa_message_id": "A1"])
            #expect(fixture.notes.count == 1)
            try await fixture.take("message.deleted", ["targetMessageId": "UNKNOWN", "wa_message_id": "UNKNOWN"])
            #expect(fixture.notes.count == 1)
        }
    }

    @Test func anEditIsAReply() async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            let edit = fixture.text("A1", "olá", ["targetMessageId": "A1"])
            for _ in 1...2 { try await fixture.take("message.updated", edit) }
            #expect(fixture.said.count == 2)
            let last = try #require(fixture.chatwoot.messages.last)
            #expect(last.content?.hasSuffix("olá") == true)
            #expect(last.contentAttributes["in_reply_to"]?.int == Int64(fixture.chatwoot.messages[0].id))
        }
    }

    @Test(arguments: [true, false])
    func aReactionNeverReopens(isResolved: Bool) async throws {
        try await withForwarding { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            if isResolved { fixture.chatwoot.agentResolves(conversation: try fixture.conversation.id) }
            let reaction = fixture.text(
                "R1", "", ["type": "reaction", "content": ["emoji": "👍", "targetMessageId": "A1"]])
            try await fixture.take("message.reaction", reaction)
            #expect(try fixture.conversation.status == (isResolved ? .resolved : .open))
            #expect(fixture.notes.count == (isResolved ? 1 : 0))
            #expect(fixture.chatwoot.messages.count == 2)
        }
    }

    @Test func aReactionToWhatChatwootNeverSawOpensNothing() async throws {
        try await withForwarding { fixture in
            let reaction = fixture.text(
                "R1", "", ["type": "reaction", "content": ["emoji": "👍", "targetMessageId": "A1"]])
            try await fixture.take("message.reaction", reaction)
            #expect(fixture.chatwoot.conversations.isEmpty && fixture.chatwoot.contacts.isEmpty)
        }
    }

    @Test func ownMessagesOpenAConversationOrNot() async throws {
        for (options, count) in [("", 1), ("open_for_own: false", 0), ("own_messages: off", 0)] {
            try await withForwarding(options) { fixture in
                try await fixture.take("message.sent", own(fixture, "A1"))
                #expect(fixture.chatwoot.messages.count == count, "\(options)")
            }
        }
    }

    // MARK: Typing

    @Test func theContactIsShownAsTyping() async throws {
        try await withForwarding { fixture in
            try await fixture.take("presence.updated", payload(["presence": "composing"]))
            #expect(fixture.chatwoot.typing.isEmpty)
            try await fixture.take("message.received", fixture.text("A1"))
            for presence in ["composing", "paused"] {
                try await fixture.take("presence.updated", payload(["presence": .string(presence)]))
            }
            #expect(fixture.chatwoot.typing.map(\.isOn) == [true, false])
            #expect(
                fixture.chatwoot.typing.map(\.sender) == Array(repeating: .contact(try fixture.contact.id), count: 2))
            fixture.chatwoot.next(1, .typing, .status(500))
            try await fixture.take("presence.updated", payload(["presence": "composing"]))
        }
    }

    @Test func aLoggedOutSessionIsReported() async throws {
        try await withForwarding { fixture in
            try await fixture.take("session.disconnected", ["reason": "connection_lost", "recoverable": true])
            #expect(fixture.chatwoot.messages.isEmpty, "it comes back by itself")
            try await fixture.take("session.disconnected", ["reason": "logged_out", "recoverable": false])
            let notice = try #require(fixture.chatwoot.messages.first)
            #expect(fixture.chatwoot.messages.count == 1)
            #expect(notice.kind == .incoming && notice.content?.contains("must be paired again") == true)
        }
    }

    /// Gateways tell one loss several times: Evolution as `logout.instance`, `connection.update` and `status.instance`.
    @Test func aLossIsToldOncePerChange() async throws {
        let clock = ManualClock(now: now)
        try await withForwarding(clock: clock) { fixture in
            func isLost(_ reason: String) async throws {
                try await fixture.take("session.disconnected", ["reason": .string(reason), "recoverable": false])
            }
            for reason in ["logged_out", "401", "logged_out"] { try await isLost(reason) }
            #expect(fixture.chatwoot.messages.count == 1)

            try await fixture.take("session.connected", ["phoneNumber": "5511999999000"])
            #expect(fixture.chatwoot.messages.count == 1, "the connection itself is no notice")
            for _ in 1...3 { try await isLost("logged_out") }
            #expect(fixture.chatwoot.messages.count == 2)

            // A destination that gets no session.connected is told again after a day.
            clock.advance(by: .seconds(86_399))
            try await isLost("logged_out")
            #expect(fixture.chatwoot.messages.count == 2)
            clock.advance(by: .seconds(1))
            try await isLost("logged_out")
            #expect(fixture.chatwoot.messages.count == 3)
            #expect(try fixture.conversation.id > 0)
        }
    }

    @Test func theLossOfAnotherSessionIsAnother() async throws {
        try await withForwarding { fixture in
            for session in ["demo", "second", "demo", "second"] {
                try await fixture.take(
                    "session.disconnected", ["reason": "logged_out", "recoverable": false], session: session)
            }
            #expect(fixture.chatwoot.messages.count == 2)
        }
    }
}

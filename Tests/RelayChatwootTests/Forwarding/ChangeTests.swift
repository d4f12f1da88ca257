import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// What happens to messages that Chatwoot has.
@Suite(.limitedConcurrency)
struct ChangeTests {
    private func own(_ desk: Desk, _ id: String) -> JSON { desk.text(id, "resposta", ["fromMe": true]) }

    // MARK: Receipts

    @Test func aReceiptNeverTakesAStepBack() async throws {
        try await withDesk { desk in
            try await desk.take("message.sent", own(desk, "A1"))
            func status() -> ChatwootDouble.MessageStatus? { desk.chatwoot.messages.last?.status }
            let steps: [(String, ChatwootDouble.MessageStatus)] = [
                ("message.failed", .failed), ("message.delivered", .delivered), ("message.failed", .delivered),
                ("message.read", .read), ("message.delivered", .read), ("message.failed", .read),
            ]
            for (event, expected) in steps {
                try await desk.take(event, own(desk, "A1"))
                #expect(status() == expected, "after \(event)")
            }
        }
    }

    @Test func whyAMessageFailedIsTold() async throws {
        try await withDesk { desk in
            try await desk.take("message.sent", own(desk, "A1"))
            try await desk.take("message.failed", payload(["fromMe": true, "error": "blocked", "wa_message_id": "A1"]))
            #expect(desk.chatwoot.messages.last?.contentAttributes["external_error"] == "blocked")
        }
    }

    @Test func whatAnAgentWroteGetsItsReceiptsAndIsNoEcho() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            let conversation = try desk.conversation
            let reply = try desk.chatwoot.agentReplies(in: conversation.id, "resposta")
            // As a destination of type whatsapp writes it down.
            try await desk.ledger.record([
                .message(
                    ForwardedMessage(
                        key: .init(destination: "desk", session: "demo", message: "B1"),
                        chat: "5511999999001@s.whatsapp.net", direction: .returned, state: .sent,
                        conversation: Int64(conversation.displayID), remote: Int64(reply.id), updatedAt: now))
            ])
            try await desk.take("message.sent", own(desk, "B1"))
            #expect(desk.said == ["oi", "resposta"])
            try await desk.take("message.read", own(desk, "B1"))
            #expect(desk.chatwoot.message(reply.id)?.status == .read)
        }
    }

    @Test func anEchoWaitsUntilTheGatewayHasToldItsID() async throws {
        let clock = ManualClock(now: now)
        try await withDesk(clock: clock) { desk in
            try await desk.take("message.received", desk.text("A1"))
            let conversation = try desk.conversation
            let reply = try desk.chatwoot.agentReplies(in: conversation.id, "resposta")
            func entry(_ id: String, _ state: ForwardedMessage.State) -> ForwardedMessage {
                ForwardedMessage(
                    key: .init(destination: "desk", session: "demo", message: id),
                    chat: "5511999999001@s.whatsapp.net", direction: .returned, state: state,
                    conversation: Int64(conversation.displayID), remote: Int64(reply.id), updatedAt: clock.wall)
            }
            try await desk.ledger.record([.message(entry("cw-1", .intended))])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await desk.take("message.sent", own(desk, "B1")) }
                await clock.untilSleeping()
                try await desk.ledger.record([.message(entry("cw-1", .sent)), .message(entry("B1", .sent))])
                if let deadline = clock.nextDeadline { clock.set(deadline) }
                try await group.waitForAll()
            }
            #expect(desk.said == ["oi", "resposta"])
        }
    }

    // MARK: Deletions, edits, reactions

    @Test func aDeletedMessageIsNotedOrDeleted() async throws {
        let deletion = payload(["targetMessageId": "A1", "wa_message_id": "A1"])
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            try await desk.take("message.deleted", deletion)
            #expect(desk.said == ["oi"])
            #expect(desk.notes.count == 1)
        }
        try await withDesk("deletes: delete") { desk in
            try await desk.take("message.received", desk.text("A1"))
            for _ in 1...2 { try await desk.take("message.deleted", deletion) }
            #expect(desk.chatwoot.messages.first?.contentAttributes["deleted"] == true)
            desk.chatwoot.deleteConversation(try desk.conversation.id)
            try await desk.take("message.deleted", deletion)
        }
    }

    @Test func aDeletionThatNamesNoChatFindsItsMessage() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            try await desk.take("message.deleted", ["targetMessageId": "A1", "wa_message_id": "A1"])
            #expect(desk.notes.count == 1)
            try await desk.take("message.deleted", ["targetMessageId": "UNKNOWN", "wa_message_id": "UNKNOWN"])
            #expect(desk.notes.count == 1)
        }
    }

    @Test func anEditIsAReply() async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            let edit = desk.text("A1", "olá", ["targetMessageId": "A1"])
            for _ in 1...2 { try await desk.take("message.updated", edit) }
            #expect(desk.said.count == 2)
            let last = try #require(desk.chatwoot.messages.last)
            #expect(last.content?.hasSuffix("olá") == true)
            #expect(last.contentAttributes["in_reply_to"]?.int == Int64(desk.chatwoot.messages[0].id))
        }
    }

    @Test(arguments: [true, false])
    func aReactionNeverReopens(isResolved: Bool) async throws {
        try await withDesk { desk in
            try await desk.take("message.received", desk.text("A1"))
            if isResolved { desk.chatwoot.agentResolves(conversation: try desk.conversation.id) }
            let reaction = desk.text(
                "R1", "", ["type": "reaction", "content": ["emoji": "👍", "targetMessageId": "A1"]])
            try await desk.take("message.reaction", reaction)
            #expect(try desk.conversation.status == (isResolved ? .resolved : .open))
            #expect(desk.notes.count == (isResolved ? 1 : 0))
            #expect(desk.chatwoot.messages.count == 2)
        }
    }

    @Test func aReactionToWhatChatwootNeverSawOpensNothing() async throws {
        try await withDesk { desk in
            let reaction = desk.text(
                "R1", "", ["type": "reaction", "content": ["emoji": "👍", "targetMessageId": "A1"]])
            try await desk.take("message.reaction", reaction)
            #expect(desk.chatwoot.conversations.isEmpty && desk.chatwoot.contacts.isEmpty)
        }
    }

    @Test func ownMessagesOpenAConversationOrNot() async throws {
        for (options, count) in [("", 1), ("open_for_own: false", 0), ("own_messages: off", 0)] {
            try await withDesk(options) { desk in
                try await desk.take("message.sent", own(desk, "A1"))
                #expect(desk.chatwoot.messages.count == count, "\(options)")
            }
        }
    }

    // MARK: Typing

    @Test func theContactIsShownAsTyping() async throws {
        try await withDesk { desk in
            try await desk.take("presence.updated", payload(["presence": "composing"]))
            #expect(desk.chatwoot.typing.isEmpty)
            try await desk.take("message.received", desk.text("A1"))
            for presence in ["composing", "paused"] {
                try await desk.take("presence.updated", payload(["presence": .string(presence)]))
            }
            #expect(desk.chatwoot.typing.map(\.isOn) == [true, false])
            #expect(desk.chatwoot.typing.map(\.sender) == Array(repeating: .contact(try desk.contact.id), count: 2))
            desk.chatwoot.next(1, .typing, .status(500))
            try await desk.take("presence.updated", payload(["presence": "composing"]))
        }
    }

    @Test func aLoggedOutSessionIsTold() async throws {
        try await withDesk { desk in
            try await desk.take("session.disconnected", ["reason": "connection_lost", "recoverable": true])
            #expect(desk.chatwoot.messages.isEmpty, "it comes back by itself")
            try await desk.take("session.disconnected", ["reason": "logged_out", "recoverable": false])
            let notice = try #require(desk.chatwoot.messages.first)
            #expect(desk.chatwoot.messages.count == 1)
            #expect(notice.kind == .incoming && notice.content?.contains("must be paired again") == true)
        }
    }
}

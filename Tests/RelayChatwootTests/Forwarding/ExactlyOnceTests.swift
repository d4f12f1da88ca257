import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// A message is in Chatwoot exactly once, whatever happens to a request.
@Suite(.limitedConcurrency)
struct ExactlyOnceTests {
    @Test func aMessageMakesAContactAConversationAndItself() async throws {
        try await withForwarding { fixture in
            #expect(fixture.destination.settings.ordering == .perChat)
            try await fixture.take("message.received", fixture.text("A1", "bom *dia*"))
            let contact = try fixture.contact
            #expect(contact.name == "Maria Silva")
            #expect(contact.phoneNumber == "+5511999999001")
            #expect(contact.identifier == "5511999999001@s.whatsapp.net")
            #expect(contact.customAttributes["wa_jid"] == "5511999999001@s.whatsapp.net")
            #expect(fixture.chatwoot.contactInboxes.map(\.sourceID) == ["wa-5511999999001"])
            #expect(try fixture.conversation.customAttributes["wa_session"] == "demo")
            let message = try #require(fixture.chatwoot.messages.first)
            #expect(message.kind == .incoming)
            #expect(message.content == "bom **dia**")
            #expect(message.sourceID == "WAID:A1")
        }
    }

    @Test func theSameMessageIsTakenOnce() async throws {
        try await withForwarding { fixture in
            for attempt in 1...3 { try await fixture.take("message.received", fixture.text("A1"), attempt: attempt) }
            #expect(fixture.said == ["oi"])
            try await fixture.restarted().take("message.received", fixture.text("A1"))
            #expect(fixture.said == ["oi"])
        }
    }

    static let faults: [ChatwootDouble.Fault] = [
        .commitThen500, .commitThenStatus(502), .commitThenHang, .commitThenReset, .commitThenCutOff, .status(500),
        .tooManyRequests, .reset, .hang,
    ]
    static let operations: [ChatwootDouble.Operation] = [
        .inboxRead, .contactFilter, .contactCreate, .conversationRead, .conversationCreate, .messageCreate,
    ]

    @Test(arguments: operations, faults)
    func aFaultAtAnyStepLeavesOneOfEach(_ operation: ChatwootDouble.Operation, _ fault: ChatwootDouble.Fault)
        async throws
    {
        // Only a response that never arrives may reach the timeout.
        let hangs = fault == .hang || fault == .commitThenHang
        try await withForwarding(timeout: hangs ? .seconds(1) : .waitLimit) { fixture in
            fixture.chatwoot.next(1, operation, fault)
            for message in ["A1", "A2"] {
                var attempt = 1
                try await eventually("\(message) is delivered") {
                    defer { attempt += 1 }
                    return await fixture.send("message.received", fixture.text(message), attempt: attempt).isDelivered
                }
                #expect(hangs || attempt <= 3, "no more than one attempt meets the fault")
            }
            #expect(try fixture.contact.phoneNumber == "+5511999999001")
            _ = try fixture.conversation
            #expect(fixture.chatwoot.messages.map(\.sourceID) == ["WAID:A1", "WAID:A2"])
        }
    }

    /// The relay ended between the request and its response; the new process has no record of newer messages.
    @Test func afterARestartItIsLookedForAmongManyMessages() async throws {
        try await withForwarding(double: .without(.none)) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.next(1, .messageCreate, .commitThen500)
            _ = await fixture.send("message.received", fixture.text("A2"))
            let row = try fixture.conversation.id
            for index in 0..<130 { try fixture.chatwoot.agentReplies(in: row, "\(index)") }
            let again = try fixture.restarted()
            try await again.take("message.received", fixture.text("A2"), attempt: 2)
            #expect(fixture.chatwoot.messages(sourceID: "WAID:A2").count == 1)
        }
    }

    @Test func inTheSameProcessItIsLookedForBehindTheLastKnownMessage() async throws {
        try await withForwarding(double: .without(.none)) { fixture in
            try await fixture.take("message.received", fixture.text("A1"))
            fixture.chatwoot.next(1, .messageCreate, .commitThen500)
            _ = await fixture.send("message.received", fixture.text("A2"))
            let row = try fixture.conversation.id
            for index in 0..<130 { try fixture.chatwoot.agentReplies(in: row, "\(index)") }
            // A second failure, before the commit: the mark of the first attempt is still used.
            fixture.chatwoot.next(1, .messageRead, .status(500))
            _ = await fixture.send("message.received", fixture.text("A2"), attempt: 2)
            try await fixture.take("message.received", fixture.text("A2"), attempt: 3)
            #expect(fixture.chatwoot.messages(sourceID: "WAID:A2").count == 1)
        }
    }
}

extension ChatwootDouble.Options {
    static func without(_ limits: ChatwootDouble.Limits) -> Self {
        var options = Self()
        options.limits = limits
        return options
    }
}

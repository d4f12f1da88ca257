import RelayChatwoot
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// Several lanes at once for one person, as when two JIDs of the person are told before they are known to be one's.
@Suite(.limitedConcurrency)
struct ConcurrentForwardingTests {
    /// A delivery of one round.
    private struct Delivery: Sendable {
        var id: String
        var chat: String
        var lid: String?
        var session = "demo"
    }

    private enum Situation: CaseIterable {
        case sameMessage, twoMessages, twoSpellings, twoSessions, hiddenIdentityToo
    }

    /// The deliveries of a round, to a person of its own.
    private func deliveries(_ situation: Situation, _ round: Int) -> [Delivery] {
        let phone = "55119\(81_000_000 + round)@s.whatsapp.net"
        let old = "5511\(81_000_000 + round)@s.whatsapp.net"
        let lid = "\(200_000_000_000_000 + round)@lid"
        let id = "M\(round)"
        return switch situation {
        case .sameMessage: [Delivery(id: id, chat: phone), Delivery(id: id, chat: phone)]
        case .twoMessages: (0..<4).map { Delivery(id: "\(id)-\($0)", chat: phone) }
        case .twoSpellings: [Delivery(id: id + "-0", chat: phone), Delivery(id: id + "-1", chat: old)]
        case .twoSessions:
            [Delivery(id: id + "-0", chat: phone), Delivery(id: id + "-1", chat: phone, session: "second")]
        case .hiddenIdentityToo:
            [Delivery(id: id + "-0", chat: phone, lid: lid), Delivery(id: id + "-1", chat: phone, lid: lid)]
        }
    }

    @Test(arguments: [false, true])
    func whateverTwoLanesDoAtOnceThereIsOneOfEach(isLocked: Bool) async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed of the concurrent deliveries: \(seed)")
        var random = SeededGenerator(seed: seed)
        try await withForwarding(double: .without(.none), isLocked: isLocked) { fixture in
            for round in 0..<60 {
                let situation = random.pick(Situation.allCases)
                var wanted = deliveries(situation, round)
                wanted.shuffle(using: &random)
                let before = (
                    contacts: fixture.chatwoot.contacts.count, conversations: fixture.chatwoot.conversations.count
                )
                if random.next() % 3 == 0 {
                    let fault = random.pick([
                        ChatwootDouble.Fault.commitThen500, .status(500), .slowBody(pause: .milliseconds(2)),
                    ])
                    fixture.chatwoot.next(1, random.pick([.contactCreate, .conversationCreate, .messageCreate]), fault)
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for delivery in wanted {
                        group.addTask {
                            var members: JSONObject = [
                                "chatId": .string(delivery.chat), "from": .string(delivery.chat),
                            ]
                            if let lid = delivery.lid { members["chatLid"] = .string(lid) }
                            let payload = fixture.text(delivery.id, "oi", members)
                            try await eventually("\(delivery.id) is delivered") {
                                await fixture.send("message.received", payload, session: delivery.session).isDelivered
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let what: Comment = "seed \(seed), round \(round): \(situation)"
                #expect(fixture.chatwoot.contacts.count == before.contacts + 1, what)
                #expect(fixture.chatwoot.conversations.count == before.conversations + 1, what)
                for id in Set(wanted.map(\.id)) {
                    #expect(fixture.chatwoot.messages(sourceID: "WAID:\(id)").count == 1, what)
                }
            }
        }
    }

    /// The look-up and the intent are one step: what came between them is not posted a second time.
    @Test(arguments: [
        (ForwardedMessage.Direction.returned, ForwardedMessage.State.intended, true), (.returned, .sent, true),
        (.forwarded, .sent, true), (.forwarded, .intended, false),
    ])
    func whatAnotherProcessDoesMeanwhileIsNotDoneTwice(
        _ direction: ForwardedMessage.Direction, _ state: ForwardedMessage.State, _ isDone: Bool
    ) async throws {
        let key = ForwardedMessage.Key(
            destination: "desk", session: "demo", chat: "5511999999001@s.whatsapp.net", message: "A1")
        let ledger = OvertakenLedger(
            by: ForwardedMessage(key: key, direction: direction, state: state, remote: 7, updatedAt: now))
        try await withForwarding(ledger: ledger) { fixture in
            let result = await fixture.send("message.received", fixture.text("A1"))
            #expect(result.isDelivered == isDone, "\(result.error ?? "")")
            #expect(fixture.chatwoot.messages.isEmpty)
        }
    }

    /// A request that hangs holds up its own person until its time limit, and nobody else.
    @Test func aHangingRequestHoldsUpItsOwnPersonAlone() async throws {
        try await withForwarding(timeout: .seconds(2)) { fixture in
            fixture.chatwoot.next(1, .conversationCreate, .hang)
            async let first = fixture.send("message.received", fixture.text("A1"))
            try await eventually("it hangs") {
                fixture.chatwoot.requests.contains { $0.method == "POST" && $0.path.hasSuffix("/conversations") }
            }
            async let second = fixture.send("message.received", fixture.text("A2"))
            let other: JSONObject = ["chatId": "5511999999002@s.whatsapp.net", "from": "5511999999002@s.whatsapp.net"]
            try await fixture.take("message.received", fixture.text("B1", "outro", other))
            #expect(fixture.said == ["outro"])
            let (hung, waited) = await (first, second)
            #expect(hung.outcome == .failed(.timeout))
            #expect(waited.isDelivered)
            #expect(fixture.said == ["outro", "oi"])
        }
    }
}

/// A ledger in which another process records a message between this one's look-up and its intent.
private final class OvertakenLedger: ForwardingLedger {
    private let base = InMemoryForwardingLedger()
    private let entry: ForwardedMessage

    init(by entry: ForwardedMessage) { self.entry = entry }

    func intend(_ intent: ForwardedMessage) async throws(StoreError) -> ForwardedMessage? {
        try await base.record([.message(entry)])
        return try await base.intend(intent)
    }

    func forwardedChat(_ key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping? {
        try await base.forwardedChat(key)
    }
    func currentKey(of key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping.Key { key }
    func forwardedParts(of message: String, in chat: ForwardedChatMapping.Key) async throws(StoreError)
        -> [ForwardedMessage]
    { try await base.forwardedParts(of: message, in: chat) }
    func forwardedChats(
        having message: String, destination: DestinationKey, session: String
    ) async throws(StoreError) -> [ForwardedChatMapping.Key] {
        try await base.forwardedChats(having: message, destination: destination, session: session)
    }
    func forwardedMessages(destination: DestinationKey, remote: Int64) async throws(StoreError) -> [ForwardedMessage] {
        try await base.forwardedMessages(destination: destination, remote: remote)
    }
    func forwardedMessages(
        of chat: ForwardedChatMapping.Key, direction: ForwardedMessage.Direction, state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage] {
        try await base.forwardedMessages(of: chat, direction: direction, state: state, limit: limit)
    }
    func record(_ changes: [ForwardingLedgerChange]) async throws(StoreError) { try await base.record(changes) }
}

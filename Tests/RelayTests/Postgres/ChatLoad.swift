import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// Senders of messages, one for each chat, and the receiver of what the relays make of them. A sender sends its next message
/// when the last one was answered with 200; until then it repeats that one, at any of the relays.
final class ChatLoad: Sendable {
    struct Result: Sendable {
        /// Messages that were answered with 200.
        var accepted = 0
        /// Accepted messages that the receiver has not got.
        var lost = 0
        /// First successes that came after that of a later message of the chat.
        var inversions = 0
        /// Messages that the receiver had got before.
        var copies = 0
        /// Messages that came under more than one delivery id.
        var changedIDs = 0
        /// Answers of relays that are neither 200 nor 503, by their status.
        var unexpected: [Int: Int] = [:]
        /// Answers of 503.
        var refusals = 0
        /// Requests that failed, or had no answer after five seconds.
        var unanswered = 0
        /// The longest time from an answer of 200 to the first success.
        var longestWait = Duration.zero
    }

    private struct Chat {
        /// The messages 0, 1, … up to this number were answered with 200.
        var accepted = 0
        /// The numbers of messages, in the order of their first success.
        var delivered: [Int] = []
        var deliveryIDs: [Int: String] = [:]
        /// When messages that were not delivered yet were answered with 200.
        var waiting: [Int: ContinuousClock.Instant] = [:]
    }

    private struct State {
        var chats: [Chat]
        var random: SeededGenerator
        var totals = Result()
        var isDone = false
        /// Whether the receiver refuses everything.
        var isRefusing = false
    }

    /// As many deliveries are in flight at most: one of each chat.
    static let maxInFlight = 24

    private let state: Mutex<State>
    private let seed: UInt64
    /// A sender waits between two messages for a time in this range, in milliseconds.
    private let pauses: ClosedRange<Int>

    init(seed: UInt64 = .random(in: .min ... .max), pauses: ClosedRange<Int> = 0...20) {
        let random = SeededGenerator(seed: seed)
        state = Mutex(State(chats: [Chat](repeating: Chat(), count: Self.maxInFlight), random: random))
        self.seed = seed
        self.pauses = pauses
    }

    // MARK: Receiving

    /// Makes the receiver record what it gets. It refuses one request in ten, so that the order is also checked with retries.
    func receive(at receiver: ScriptedReceiver) {
        receiver.respond { [self] request in
            let refuses = state.withLock { state in
                state.isRefusing || Int.random(in: 0..<10, using: &state.random) == 0
            }
            if refuses { return .status(503) }
            guard let body = try? JSON(parsing: request.body), let message = body["payload"]?["messageId"]?.string,
                let delivery = body["deliveryId"]?.string
            else { return .status(400) }
            return .status(delivered(message, delivery) ? 200 : 400)
        }
    }

    /// Whether the receiver refuses everything from now on.
    func refuse(_ refuses: Bool) { state.withLock { $0.isRefusing = refuses } }

    /// False when it is no message of a sender.
    private func delivered(_ message: String, _ delivery: String) -> Bool {
        let parts = message.dropFirst().split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2 else { return false }
        let (chat, number) = (parts[0], parts[1])
        state.withLock { state in
            if let known = state.chats[chat].deliveryIDs.updateValue(delivery, forKey: number) {
                state.totals.copies += 1
                if known != delivery { state.totals.changedIDs += 1 }
            } else {
                state.chats[chat].delivered.append(number)
                if let since = state.chats[chat].waiting.removeValue(forKey: number) {
                    state.totals.longestWait = max(state.totals.longestWait, ContinuousClock.now - since)
                }
            }
        }
        return true
    }

    // MARK: Sending

    /// Sends for as long as `body` runs, and returns what it returns. The chats are those of all sessions in turn.
    /// - Parameter relays: take the messages; nil: all.
    func run<Value: Sendable>(
        _ fixture: PostgresRelayFixture,
        at relays: [RelayProcess]? = nil,
        while body: @Sendable () async throws -> Value
    ) async throws -> Value {
        state.withLock { $0.isDone = false }
        let (relays, sessions) = (relays ?? fixture.relays, fixture.sessions)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for chat in 0..<Self.maxInFlight {
                group.addTask { [self] in await send(chat, of: sessions[chat % sessions.count], to: relays) }
            }
            // When the body throws, the senders end because they are cancelled.
            let value = try await body()
            state.withLock { $0.isDone = true }
            try await group.waitForAll()
            return value
        }
    }

    private func send(_ chat: Int, of session: String, to relays: [RelayProcess]) async {
        var random = SeededGenerator(seed: seed &+ UInt64(chat) &+ 1)
        var number = state.withLock { $0.chats[chat].accepted }
        var relay = random.pick(relays)
        while !state.withLock({ $0.isDone }), !Task.isCancelled {
            let document = baileysText("M\(chat)-\(number)", chat: "55119999990\(chat + 10)", session: session)
            let status = await Self.post(document, to: relay)
            let isAccepted = note(status, chat: chat, number: number)
            if isAccepted { number += 1 }
            let pause = isAccepted ? Int.random(in: pauses, using: &random) : 10
            // Seldom another one while all is well: each change of the relay is a chance for a wrong order.
            let changes = !isAccepted || random.next() % 4 == 0
            let others = relays.filter { $0 !== relay }
            if changes, !others.isEmpty { relay = random.pick(others) }
            try? await Task.sleep(for: .milliseconds(pause))
        }
    }

    /// True when the message was accepted.
    private func note(_ status: Int?, chat: Int, number: Int) -> Bool {
        state.withLock { state in
            switch status {
            case 200:
                state.totals.accepted += 1
                state.chats[chat].accepted = number + 1
                if state.chats[chat].deliveryIDs[number] == nil { state.chats[chat].waiting[number] = .now }
                return true
            case nil: state.totals.unanswered += 1
            case 503: state.totals.refusals += 1
            case let other?: state.totals.unexpected[other, default: 0] += 1
            }
            return false
        }
    }

    /// The status of the answer; nil: there is none. A process that is stopped gives none, so that a sender does not wait
    /// for it for ever.
    private static func post(_ document: JSON, to relay: RelayProcess) async -> Int? {
        await withTaskGroup(of: Int?.self) { group in
            group.addTask {
                guard let answer = try? await relay.call("POST", "/in/baileys", document) else { return nil }
                return answer.status
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(5))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    // MARK: Results

    /// Waits until the receiver has got this many further messages of each chat.
    func waitForProgress(_ count: Int) async throws {
        let goals = state.withLock { $0.chats.map { $0.delivered.count + count } }
        try await eventually(
            "\(count) further messages of each chat", every: .milliseconds(5),
            details: { state.withLock { "delivered: \($0.chats.map(\.delivered.count)), wanted: \(goals)" } }
        ) {
            state.withLock { state in zip(state.chats, goals).allSatisfy { $0.delivered.count >= $1 } }
        }
    }

    /// Waits until this many further messages of each chat were answered with 200.
    func waitForAccepted(_ count: Int) async throws {
        let goals = state.withLock { $0.chats.map { $0.accepted + count } }
        try await eventually("\(count) further messages of each chat are accepted", every: .milliseconds(5)) {
            state.withLock { state in zip(state.chats, goals).allSatisfy { $0.accepted >= $1 } }
        }
    }

    func forgetLongestWait() { state.withLock { $0.totals.longestWait = .zero } }

    var result: Result {
        state.withLock { state in
            var result = state.totals
            for chat in state.chats {
                result.lost += (0..<chat.accepted).count { chat.deliveryIDs[$0] == nil }
                var last = -1
                for number in chat.delivered {
                    if number < last { result.inversions += 1 }
                    last = max(last, number)
                }
            }
            return result
        }
    }

    /// Waits until everything that was accepted has arrived and nothing is queued or in flight, and checks what holds in each
    /// test: nothing is lost, every chat is in order, and a delivery keeps its id.
    /// - Parameter relay: is asked for its queue.
    func finish(at relay: RelayProcess) async throws -> Result {
        try await relay.eventually("everything that was accepted has arrived") { result.lost == 0 }
        for name in ["queued", "in_flight"] {
            try await relay.eventually("no delivery is \(name)") { await relay.knownCount(name) == 0 }
        }
        let last = result
        #expect(last.accepted > 0)
        #expect(last.inversions == 0)
        #expect(last.changedIDs == 0, "a delivery keeps its id on every attempt")
        #expect(last.unexpected.isEmpty)
        #expect(await relay.knownCount("dead") == 0)
        return last
    }
}

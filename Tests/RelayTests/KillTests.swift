import Foundation
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// Records what was sent and what arrived, and checks the guarantees.
private final class Ledger: Sendable {
    struct State: Sendable {
        /// Message ids by chat, in the order of acceptance.
        var accepted: [String: [String]] = [:]
        /// Message ids by chat, in the order of their first success.
        var delivered: [String: [String]] = [:]
        var seen: [String: Set<String>] = [:]
        var copies = 0
        var deliveryIDs: [String: String] = [:]
        var changedIDs = 0
        /// Whether the senders must stop.
        var isDone = false
    }

    let state = Mutex(State())

    func accepted(_ message: String, chat: String) {
        state.withLock { $0.accepted[chat, default: []].append(message) }
    }

    /// Records a delivery that the receiver answers with 2xx.
    func delivered(_ message: String, chat: String, delivery: String) {
        state.withLock { state in
            if let known = state.deliveryIDs[message], known != delivery { state.changedIDs += 1 }
            state.deliveryIDs[message] = delivery
            if state.seen[chat, default: []].insert(message).inserted {
                state.delivered[chat, default: []].append(message)
            } else {
                state.copies += 1
            }
        }
    }
}

@Suite(.serialized, .limitedConcurrency)
struct KillTests {
    private static let chats = 20
    private static let kills = 50
    private static let maxInFlight = 16

    /// Promises 1, 2, 3 and 6 under `kill -9`: everything answered with 2xx arrives, in order within its chat, under
    /// one id; only deliveries in flight at a kill may be duplicated.
    @Test
    func fiftyKillsLoseNothingAndKeepEveryChatInOrder() async throws {
        let ledger = Ledger()
        let receiver = try ScriptedReceiver(default: .status(200))
        defer { receiver.stop() }
        receiver.respond { request in
            // One in ten fails, so that the order is also checked with retries.
            if Int.random(in: 0..<10) == 0 { return .status(503) }
            guard let body = try? JSON(parsing: request.body), let payload = body["payload"],
                let message = payload["messageId"]?.string, let chat = payload["chatId"]?.string
            else { return .status(400) }
            ledger.delivered(message, chat: chat, delivery: body["deliveryId"]?.string ?? "")
            return .status(200)
        }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession(
            "main",
            webhook: ["url": .string(receiver.url), "retry": "patient", "max_in_flight": .int(Int64(Self.maxInFlight))]
        )

        try await withThrowingTaskGroup { group in
            for chat in 0..<Self.chats {
                group.addTask {
                    let number = "55119999990\(chat + 10)"
                    var count = 0
                    while !ledger.state.withLock({ $0.isDone }) {
                        let message = "M\(chat)-\(count)"
                        // Posts the same message until it is accepted, because a message whose response was lost may
                        // have been stored.
                        while !ledger.state.withLock({ $0.isDone }) {
                            let answer = try? await relay.call(
                                "POST", "/in/baileys", baileysText(message, chat: number))
                            if answer?.status == 200 {
                                ledger.accepted(message, chat: "\(number)@s.whatsapp.net")
                                count += 1
                                break
                            }
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    }
                }
            }
            for _ in 1...Self.kills {
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...250)))
                try await relay.end(SIGKILL)
                try await relay.start()
            }
            ledger.state.withLock { $0.isDone = true }
            try await group.waitForAll()
        }

        let accepted = ledger.state.withLock { $0.accepted.mapValues(Set.init) }
        let total = accepted.values.reduce(0) { $0 + $1.count }
        try await relay.eventually("everything accepted is delivered") {
            ledger.state.withLock { state in
                accepted.allSatisfy { chat, messages in messages.isSubset(of: state.seen[chat] ?? []) }
            }
        }
        try await relay.eventually("the queue is empty") { try await relay.count("queued") == 0 }
        let state = ledger.state.withLock { $0 }
        #expect(total > Self.kills)
        #expect(state.changedIDs == 0, "a delivery kept its id on every attempt")
        #expect(state.copies <= Self.kills * Self.maxInFlight)
        var inversions = 0
        for (chat, order) in state.accepted {
            let known = Set(order)
            let arrived = (state.delivered[chat] ?? []).filter { known.contains($0) }
            inversions += zip(order, arrived).count { $0 != $1 }
        }
        #expect(inversions == 0)
        #expect(try await relay.count("dead") == 0)
        print("kills \(Self.kills) acked \(total) lost 0 copies \(state.copies) inversions \(inversions)")
    }
}

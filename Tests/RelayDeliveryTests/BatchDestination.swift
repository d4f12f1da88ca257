import RelayCore
import RelayDelivery
import Synchronization

/// An in-memory destination that accepts batches, returns configured results, and records what it received.
final class BatchDestination: Destination {
    struct Sent: Sendable {
        let ids: [DeliveryID]
        let chats: [String]
        let at: Timestamp
        let isDelivered: Bool
    }

    private struct State {
        var sent: [Sent] = []
        /// The number of requests in flight by chat.
        var chats: [String: Int] = [:]
        var overlaps = 0
    }

    let settings: DestinationDispatchSettings
    var target: String { "memory" }
    private let clock: any RelayClock
    private let reply: @Sendable ([ClaimedDelivery]) async -> AttemptResult
    private let state = Mutex(State())

    init(
        _ settings: DestinationDispatchSettings,
        clock: any RelayClock,
        reply: @escaping @Sendable ([ClaimedDelivery]) async -> AttemptResult = { _ in answer(200) }
    ) {
        self.settings = settings
        self.clock = clock
        self.reply = reply
    }

    /// The requests in the order in which they ended.
    var sent: [Sent] { state.withLock { $0.sent } }
    /// The number of times that two requests of one chat were in flight together.
    var overlaps: Int { state.withLock { $0.overlaps } }

    func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        await send([delivery], at: moment)
    }

    func send(_ batch: [ClaimedDelivery], at moment: Timestamp) async -> AttemptResult {
        let start = clock.now
        let chats = Set(batch.map { $0.chat ?? "" })
        state.withLock { state in
            for chat in chats {
                state.chats[chat, default: 0] += 1
                if state.chats[chat, default: 0] > 1 { state.overlaps += 1 }
            }
        }
        let result = await reply(batch)
        state.withLock { state in
            for chat in chats { state.chats[chat, default: 0] -= 1 }
            state.sent.append(
                Sent(
                    ids: batch.map(\.id), chats: batch.map { $0.chat ?? "" }, at: start, isDelivered: result.isDelivered
                ))
        }
        return result
    }
}

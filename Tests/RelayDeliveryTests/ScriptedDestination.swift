import RelayCore
import RelayDelivery
import Synchronization

/// An in-memory destination that returns configured results and records its attempts.
final class ScriptedDestination: Destination {
    enum Reply: Sendable {
        case result(AttemptResult)
        /// Returns no result until ``releaseAll()``, or until cancellation, which makes the attempt interrupted.
        case hold
    }

    struct Sent: Sendable {
        let delivery: ClaimedDelivery
        let at: Timestamp
    }

    private struct State {
        var sent: [Sent] = []
        var delivered: [DeliveryID] = []
        var inFlight = 0
        var peak = 0
        var isReleased = false
        var held: [Int: CheckedContinuation<AttemptResult, Never>] = [:]
        var nextHold = 0
    }

    let settings: DestinationDispatchSettings
    let target: String
    private let clock: any RelayClock
    private let reply: @Sendable (ClaimedDelivery) -> Reply
    private let state = Mutex(State())

    init(
        _ settings: DestinationDispatchSettings = DestinationDispatchSettings(),
        clock: any RelayClock,
        target: String = "memory",
        reply: @escaping @Sendable (ClaimedDelivery) -> Reply = { _ in .result(answer(200)) }
    ) {
        self.settings = settings
        self.clock = clock
        self.target = target
        self.reply = reply
    }

    /// All attempts in the order of their start.
    var sent: [Sent] { state.withLock { $0.sent } }
    /// The deliveries in the order of their first success.
    var delivered: [DeliveryID] { state.withLock { $0.delivered } }
    var inFlight: Int { state.withLock { $0.inFlight } }
    /// The maximum number of attempts in flight together.
    var peak: Int { state.withLock { $0.peak } }

    /// Returns the result for all held attempts; with 200, later attempts are not held.
    func releaseAll(with result: AttemptResult = answer(200)) {
        let held = state.withLock { state in
            state.isReleased = result.isDelivered
            defer { state.held = [:] }
            return state.held
        }
        for continuation in held.values { continuation.resume(returning: result) }
    }

    func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        state.withLock { state in
            state.sent.append(Sent(delivery: delivery, at: clock.now))
            state.inFlight += 1
            state.peak = max(state.peak, state.inFlight)
        }
        let result: AttemptResult =
            switch reply(delivery) {
            case .result(let result): result
            case .hold: await hold()
            }
        state.withLock { state in
            state.inFlight -= 1
            if result.isDelivered { state.delivered.append(delivery.id) }
        }
        return result
    }

    private func hold() async -> AttemptResult {
        let number = state.withLock { state in
            state.nextHold += 1
            return state.nextHold
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let result: AttemptResult? = state.withLock { state in
                    if state.isReleased { return answer(200) }
                    if Task.isCancelled { return failure(.interrupted) }
                    state.held[number] = continuation
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            state.withLock { $0.held.removeValue(forKey: number) }?.resume(returning: failure(.interrupted))
        }
    }
}

/// The destinations of a test, which may be added and removed.
final class Destinations: DestinationLookup {
    private let all: Mutex<[DestinationKey: any Destination]>

    init(_ all: [DestinationKey: any Destination]) {
        self.all = Mutex(all)
    }

    func destination(_ key: DestinationKey) -> (any Destination)? { all.withLock { $0[key] } }

    subscript(key: DestinationKey) -> (any Destination)? {
        get { destination(key) }
        set { all.withLock { $0[key] = newValue } }
    }
}

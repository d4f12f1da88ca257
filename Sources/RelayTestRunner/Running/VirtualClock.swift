internal import RelayCore
internal import Synchronization

/// A clock that changes only when the test advances it to the next deadline.
final class VirtualClock: RelayClock {
    private struct Sleeper {
        var number: Int
        var deadline: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var lastNumber = 0
        var sleepers: [Sleeper] = []
    }

    /// The default start time of a test, so that ids and timestamps are the same in every run.
    static let start = Timestamp(seconds: 1_763_029_800)  // 2025-11-13T10:30:00Z

    /// The start time of this test.
    let beginning: Timestamp
    private let state: Mutex<State>

    init(startingAt beginning: Timestamp = start) {
        self.beginning = beginning
        state = Mutex(State(now: beginning))
    }

    var now: Timestamp { state.withLock { $0.now } }
    var wall: Timestamp { now }

    /// Advances to the earliest deadline and wakes all tasks that wait for it. False when no task sleeps.
    func advance() -> Bool {
        let due = state.withLock { state in
            guard let next = state.sleepers.map(\.deadline).min() else { return [Sleeper]() }
            state.now = max(state.now, next)
            let due = state.sleepers.filter { $0.deadline <= next }
            state.sleepers.removeAll { $0.deadline <= next }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }

    func sleep(until deadline: Timestamp) async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isDue = state.withLock { state in
                    if deadline <= state.now || Task.isCancelled { return true }
                    state.sleepers.append(Sleeper(number: number, deadline: deadline, continuation: continuation))
                    return false
                }
                if isDue { continuation.resume() }
            }
            try Task.checkCancellation()
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.first { $0.number == number }
                state.sleepers.removeAll { $0.number == number }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

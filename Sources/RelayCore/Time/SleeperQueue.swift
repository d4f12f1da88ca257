internal import Synchronization

/// A moment that moves only when it is told to, and the tasks that sleep until it has reached their deadlines. Clocks
/// that do not follow real time are made of it.
package final class SleeperQueue: Sendable {
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

    private let state: Mutex<State>

    /// - Parameter now: the first moment.
    package init(now: Timestamp) {
        state = Mutex(State(now: now))
    }

    package var now: Timestamp { state.withLock(\.now) }

    /// How many tasks sleep.
    package var count: Int { state.withLock(\.sleepers.count) }

    /// The earliest deadline of a task that sleeps; nil when none does.
    package var nextDeadline: Timestamp? { state.withLock { $0.sleepers.map(\.deadline).min() } }

    /// Moves to a later moment and wakes the tasks whose deadline it has reached: in the order of their deadlines, and
    /// of their arrival where these are equal. An earlier moment changes nothing.
    package func advance(to moment: Timestamp) {
        let due = state.withLock { state in
            state.now = max(state.now, moment)
            let now = state.now
            let due = state.sleepers.filter { $0.deadline <= now }
            state.sleepers.removeAll { $0.deadline <= now }
            return due.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Returns when ``now`` has reached the deadline.
    ///
    /// - Parameter didFallAsleep: called with the number of tasks that sleep, this one included; not called when the
    ///   deadline has been reached already.
    /// - Throws: `CancellationError` when the task is cancelled.
    package func sleep(until deadline: Timestamp, didFallAsleep: (_ count: Int) -> Void = { _ in }) async throws {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let count: Int? = state.withLock { state in
                    // Under the lock: a cancellation after this finds the sleeper.
                    if deadline <= state.now || Task.isCancelled { return nil }
                    state.sleepers.append(Sleeper(number: number, deadline: deadline, continuation: continuation))
                    return state.sleepers.count
                }
                if let count { didFallAsleep(count) } else { continuation.resume() }
            }
            try Task.checkCancellation()
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.number == number }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

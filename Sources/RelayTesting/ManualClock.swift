package import RelayCore
internal import Synchronization

/// A clock that changes only when a test advances it.
package final class ManualClock: RelayClock {
    private struct Sleeper {
        var number: Int
        var deadline: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Timestamp
        var wallOffset: Duration = .zero
        var nextNumber = 0
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []
    }

    private let state: Mutex<State>

    /// - Parameter now: the start time; default 2025-11-13T10:30:00Z.
    package init(now: Timestamp = Timestamp(seconds: 1_763_029_800)) {
        state = Mutex(State(now: now))
    }

    package var now: Timestamp { state.withLock { $0.now } }

    package var wall: Timestamp { state.withLock { $0.now + $0.wallOffset } }

    /// Shifts the wall clock; the monotonic time is unchanged.
    package func stepWall(by offset: Duration) {
        state.withLock { $0.wallOffset += offset }
    }

    /// Advances the clock and wakes the tasks whose deadline has passed, ordered by deadline, then by arrival.
    package func advance(by duration: Duration) {
        set(now + duration)
    }

    /// Like ``advance(by:)``, to a time; a time in the past has no effect.
    package func set(_ moment: Timestamp) {
        let due = state.withLock { state in
            state.now = max(state.now, moment)
            let now = state.now
            let due = state.sleepers.filter { $0.deadline <= now }
            state.sleepers.removeAll { $0.deadline <= now }
            return due.sorted { ($0.deadline, $0.number) < ($1.deadline, $1.number) }
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    package func sleep(until deadline: Timestamp) async throws {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let (isDue, watchers): (Bool, [Watcher]) = state.withLock { state in
                    if deadline <= state.now || Task.isCancelled { return (true, []) }
                    state.sleepers.append(Sleeper(number: number, deadline: deadline, continuation: continuation))
                    let count = state.sleepers.count
                    let watchers = state.watchers.filter { $0.count <= count }
                    state.watchers.removeAll { $0.count <= count }
                    return (false, watchers)
                }
                for watcher in watchers { watcher.continuation.resume() }
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

    /// The number of sleeping tasks.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The earliest deadline of a sleeping task; nil when none sleeps.
    package var nextDeadline: Timestamp? { state.withLock { $0.sleepers.map(\.deadline).min() } }

    /// Returns when at least this many tasks sleep, which shows that the started work is waiting.
    package func untilSleeping(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.sleepers.count >= count { return true }
                state.watchers.append(Watcher(count: count, continuation: continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }
}

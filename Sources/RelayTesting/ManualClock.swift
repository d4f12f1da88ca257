package import RelayCore
internal import Synchronization

/// A clock that changes only when a test advances it.
package final class ManualClock: RelayClock {
    private struct Watcher {
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    private let sleepers: SleeperQueue
    private let wallOffset = Mutex(Duration.zero)
    private let watchers = Mutex<[Watcher]>([])

    /// - Parameter now: the start time; default 2025-11-13T10:30:00Z.
    package init(now: Timestamp = Timestamp(seconds: 1_763_029_800)) {
        sleepers = SleeperQueue(now: now)
    }

    package var now: Timestamp { sleepers.now }

    package var wall: Timestamp { now + wallOffset.withLock { $0 } }

    /// Shifts the wall clock; the monotonic time is unchanged.
    package func stepWall(by offset: Duration) {
        wallOffset.withLock { $0 += offset }
    }

    /// Advances the clock and wakes the tasks whose deadline has passed, ordered by deadline, then by arrival.
    package func advance(by duration: Duration) {
        set(now + duration)
    }

    /// Like ``advance(by:)``, to a time; a time in the past has no effect.
    package func set(_ moment: Timestamp) {
        sleepers.advance(to: moment)
    }

    package func sleep(until deadline: Timestamp) async throws {
        try await sleepers.sleep(until: deadline) { count in
            let satisfied = watchers.withLock { watchers in
                defer { watchers.removeAll { $0.count <= count } }
                return watchers.filter { $0.count <= count }
            }
            for watcher in satisfied { watcher.continuation.resume() }
        }
    }

    /// How many tasks sleep.
    package var sleeperCount: Int { sleepers.count }

    /// The earliest deadline of a task that sleeps; nil when none does.
    package var nextDeadline: Timestamp? { sleepers.nextDeadline }

    /// Returns when at least this many tasks sleep, which shows that the started work is waiting.
    package func untilSleeping(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isSo = watchers.withLock { watchers in
                if sleepers.count >= count { return true }
                watchers.append(Watcher(count: count, continuation: continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }
}

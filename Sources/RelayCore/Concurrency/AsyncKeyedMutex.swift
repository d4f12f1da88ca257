internal import Synchronization

/// Mutual exclusion by key, for tasks. Waiters suspend, and get a key in the order in which they asked for it.
///
/// Keys that nobody holds take no memory.
package final class AsyncKeyedMutex<Key: Hashable & Comparable & Sendable>: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        /// The tasks that wait for each key that is held.
        var waiters: [Key: [Waiter]] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// How many keys are held now.
    package var heldKeys: Int { state.withLock(\.waiters.count) }

    /// How many tasks wait for a key now.
    package var waiting: Int { state.withLock { $0.waiters.values.reduce(0) { $0 + $1.count } } }

    /// Does some work while it alone holds all of the keys. They are free again when the work ends, however it ends.
    /// - Parameters:
    ///   - keys: taken in ascending order, so that two callers never wait for one another.
    ///   - deadline: until when it waits for them, by the clock's `now`.
    /// - Throws: what the work throws; `unavailable` when the deadline passes, or the task is cancelled, before the keys
    ///   are free.
    package func withLock<Value, Failure: Error>(
        of keys: Set<Key>,
        until deadline: Timestamp,
        clock: any RelayClock,
        unavailable: @autoclosure () -> Failure,
        _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        var held: [Key] = []
        defer { for key in held.reversed() { unlock(key) } }
        for key in keys.sorted() {
            guard await lock(key, until: deadline, clock: clock) else { throw unavailable() }
            held.append(key)
        }
        return try await work()
    }

    private func lock(_ key: Key, until deadline: Timestamp, clock: any RelayClock) async -> Bool {
        if tryLock(key) { return true }
        return await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await self.wait(for: key) }
            group.addTask {
                try? await clock.sleep(until: deadline)
                return nil
            }
            // The key may come in the moment in which the time ends: the waiter's answer counts.
            var isLocked = false
            for await answer in group {
                if let answer { isLocked = answer }
                group.cancelAll()
            }
            return isLocked
        }
    }

    private func tryLock(_ key: Key) -> Bool {
        state.withLock { state in
            guard state.waiters[key] == nil else { return false }
            state.waiters[key] = []
            return true
        }
    }

    /// False when the task is cancelled before it has the key.
    private func wait(for key: Key) async -> Bool {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isLocked: Bool? = state.withLock { state in
                    // Under the lock: a cancellation after this finds the waiter.
                    if Task.isCancelled { return false }
                    guard state.waiters[key] != nil else {
                        state.waiters[key] = []
                        return true
                    }
                    state.waiters[key]?.append(Waiter(number: number, continuation: continuation))
                    return nil
                }
                if let isLocked { continuation.resume(returning: isLocked) }
            }
        } onCancel: {
            let waiter: Waiter? = state.withLock { state in
                guard let index = state.waiters[key]?.firstIndex(where: { $0.number == number }) else { return nil }
                return state.waiters[key]?.remove(at: index)
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    private func unlock(_ key: Key) {
        let next: Waiter? = state.withLock { state in
            guard state.waiters[key]?.isEmpty == false else {
                state.waiters[key] = nil
                return nil
            }
            return state.waiters[key]?.removeFirst()
        }
        next?.continuation.resume(returning: true)
    }
}

internal import Synchronization

/// A counting semaphore whose waiters suspend. They get a permit in the order in which they asked.
package final class AsyncSemaphore: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var free: Int
        var lastNumber = 0
        var waiters: [Waiter] = []
    }

    private let state: Mutex<State>

    /// - Parameter count: how many permits there are; at least one.
    package init(_ count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// How many tasks wait for a permit now.
    package var waiting: Int { state.withLock(\.waiters.count) }

    /// Waits for a permit, which ``signal()`` gives back. False when the task is cancelled before there is one.
    package func wait() async -> Bool {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasPermit: Bool? = state.withLock { state in
                    // Under the lock: a cancellation after this finds the waiter.
                    if Task.isCancelled { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiters.append(Waiter(number: number, continuation: continuation))
                    return nil
                }
                if let hasPermit { continuation.resume(returning: hasPermit) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: false)
        }
    }

    /// Gives a permit back, to the task that has waited the longest.
    package func signal() {
        let next: Waiter? = state.withLock { state in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.free += 1
            return nil
        }
        next?.continuation.resume(returning: true)
    }

    /// Does some work with a permit.
    /// - Throws: what the work throws; `cancellation` when the task is cancelled before there is a permit.
    package func withPermit<Value, Failure: Error>(
        cancellation: @autoclosure () -> Failure,
        _ work: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        guard await wait() else { throw cancellation() }
        defer { signal() }
        return try await work()
    }
}

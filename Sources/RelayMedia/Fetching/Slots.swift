internal import RelayCore
internal import Synchronization

/// How many downloads go on at once. Who waits for a slot gets it in the order of coming.
final class Slots: Sendable {
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

    init(_ count: Int) {
        state = Mutex(State(free: max(1, count)))
    }

    /// Does some work in a slot.
    /// - Throws: what the work throws; ``MediaFailure/abandoned`` when the task is cancelled before there is a slot.
    func withSlot<Value>(
        _ work: () async throws(MediaFailure) -> Value
    ) async throws(MediaFailure) -> Value {
        guard await take() else { throw .abandoned }
        defer { giveBack() }
        return try await work()
    }

    /// How many wait now.
    var waiting: Int { state.withLock(\.waiters.count) }

    /// False when the task was cancelled.
    private func take() async -> Bool {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isServed: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    guard state.free > 0 else {
                        state.waiters.append(Waiter(number: number, continuation: continuation))
                        return nil
                    }
                    state.free -= 1
                    return true
                }
                if let isServed { continuation.resume(returning: isServed) }
                // A cancellation that came before the waiter was there found nobody.
                if isServed == nil, Task.isCancelled { leave(number) }
            }
        } onCancel: {
            leave(number)
        }
    }

    private func leave(_ number: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: false)
    }

    private func giveBack() {
        let next: Waiter? = state.withLock { state in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.free += 1
            return nil
        }
        next?.continuation.resume(returning: true)
    }
}

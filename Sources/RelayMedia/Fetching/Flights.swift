internal import RelayCore
internal import Synchronization

/// Fetches under way, each shared by all who want the same file. One goes on while anybody waits for it, and is cancelled
/// when nobody does any more.
final class Flights<Key: Hashable & Sendable>: Sendable {
    typealias Outcome = Result<StoredMedia, MediaFailure>

    private struct Flight {
        let number: Int
        let task: Task<Void, Never>
        var waiters: [Int: CheckedContinuation<Outcome, Never>]
    }

    private struct State {
        var lastNumber = 0
        var flights: [Key: Flight] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Waits for the fetch of a file.
    /// - Parameter start: does it, when nobody does yet.
    func join(_ key: Key, _ start: @escaping @Sendable () async -> Outcome) async throws(MediaFailure) -> StoredMedia {
        let number = nextNumber()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return false }
                    if state.flights[key] == nil {
                        // Unstructured, because it belongs to all who wait for it, and none of them for long.
                        let task = Task { self.land(key, number, await start()) }
                        state.flights[key] = Flight(number: number, task: task, waiters: [:])
                    }
                    state.flights[key]?.waiters[number] = continuation
                    return true
                }
                guard isWaiting else { return continuation.resume(returning: .failure(.abandoned)) }
                // A cancellation that came before the waiter was there found nobody.
                if Task.isCancelled { leave(key, number) }
            }
        } onCancel: {
            leave(key, number)
        }
        return try outcome.get()
    }

    /// How many wait now.
    var waiting: Int { state.withLock { $0.flights.values.reduce(0) { $0 + $1.waiters.count } } }

    /// Starts nothing more, cancels what is under way, and waits for its end.
    func close() async {
        let flights = state.withLock { state in
            state.isClosed = true
            defer { state.flights = [:] }
            return Array(state.flights.values)
        }
        for flight in flights {
            flight.task.cancel()
            for waiter in flight.waiters.values { waiter.resume(returning: .failure(.abandoned)) }
        }
        for flight in flights { await flight.task.value }
    }

    private func nextNumber() -> Int {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    private func land(_ key: Key, _ number: Int, _ outcome: Outcome) {
        let waiters = state.withLock { state in
            // After a cancellation the key may be another flight's.
            guard state.flights[key]?.number == number else { return [CheckedContinuation<Outcome, Never>]() }
            return state.flights.removeValue(forKey: key).map { Array($0.waiters.values) } ?? []
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let (waiter, task) = state.withLock { state in
            let waiter = state.flights[key]?.waiters.removeValue(forKey: number)
            guard waiter != nil, state.flights[key]?.waiters.isEmpty == true else {
                return (waiter, Task<Void, Never>?.none)
            }
            return (waiter, state.flights.removeValue(forKey: key)?.task)
        }
        task?.cancel()
        waiter?.resume(returning: .failure(.abandoned))
    }
}

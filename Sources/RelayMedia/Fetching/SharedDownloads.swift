internal import RelayCore
internal import Synchronization

/// Fetches in progress, each shared by all callers that want the same file. A fetch without callers is cancelled after
/// a short time: a message that continues without its file requests the file again at once, and the partial download
/// should not be lost.
final class SharedDownloads<Key: Hashable & Sendable>: Sendable {
    typealias Outcome = Result<StoredMedia, MediaError>

    private struct SharedDownload {
        let number: Int
        let task: Task<Void, Never>
        var waiters: [Int: CheckedContinuation<Outcome, Never>]
        /// Cancels the fetch unless a caller joins in time.
        var end: Task<Void, Never>?
    }

    private struct State {
        var lastNumber = 0
        var flights: [Key: SharedDownload] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let clock: any RelayClock
    private let linger: Duration

    /// - Parameter linger: how long a fetch without callers continues; default 10 s.
    init(clock: any RelayClock, linger: Duration = .seconds(10)) {
        self.clock = clock
        self.linger = linger
    }

    /// Waits for the fetch of a file.
    /// - Parameter start: performs the fetch; called when none is in progress.
    func join(_ key: Key, _ start: @escaping @Sendable () async -> Outcome) async throws(MediaError) -> StoredMedia {
        let number = nextNumber()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return false }
                    if state.flights[key] == nil {
                        // Unstructured, because it belongs to all callers and must outlive each of them.
                        let task = Task { self.land(key, number, await start()) }
                        state.flights[key] = SharedDownload(number: number, task: task, waiters: [:])
                    }
                    state.flights[key]?.waiters[number] = continuation
                    state.flights[key]?.end?.cancel()
                    state.flights[key]?.end = nil
                    return true
                }
                guard isWaiting else { return continuation.resume(returning: .failure(.abandoned)) }
                // The task may have been cancelled before the waiter was registered; that cancellation had no effect.
                if Task.isCancelled { leave(key, number) }
            }
        } onCancel: {
            leave(key, number)
        }
        return try outcome.get()
    }

    /// The number of waiting callers.
    var waiting: Int { state.withLock { $0.flights.values.reduce(0) { $0 + $1.waiters.count } } }

    /// Prevents new fetches, cancels those in progress, and waits until they have ended.
    func close() async {
        let flights = state.withLock { state in
            state.isClosed = true
            defer { state.flights = [:] }
            return Array(state.flights.values)
        }
        for flight in flights {
            flight.task.cancel()
            flight.end?.cancel()
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
            // After a cancellation, the key may belong to a newer fetch.
            guard state.flights[key]?.number == number else { return [CheckedContinuation<Outcome, Never>]() }
            let flight = state.flights.removeValue(forKey: key)
            flight?.end?.cancel()
            return flight.map { Array($0.waiters.values) } ?? []
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let waiter = state.withLock { state in
            guard let waiter = state.flights[key]?.waiters.removeValue(forKey: number) else {
                return CheckedContinuation<Outcome, Never>?.none
            }
            if let flight = state.flights[key], flight.waiters.isEmpty {
                let deadline = clock.now + linger
                state.flights[key]?.end = Task { [clock] in
                    guard (try? await clock.sleep(until: deadline)) != nil else { return }
                    self.abandon(key, flight.number)
                }
            }
            return waiter
        }
        waiter?.resume(returning: .failure(.abandoned))
    }

    private func abandon(_ key: Key, _ number: Int) {
        let task = state.withLock { state in
            guard let flight = state.flights[key], flight.number == number, flight.waiters.isEmpty else {
                return Task<Void, Never>?.none
            }
            return state.flights.removeValue(forKey: key)?.task
        }
        task?.cancel()
    }
}

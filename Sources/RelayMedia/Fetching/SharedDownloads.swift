internal import RelayCore
internal import Synchronization

/// Fetches under way, each shared by all who want the same file. One goes on while anybody waits for it; when nobody does
/// any more it is cancelled a little later: a message that goes on without its file asks for it again at once, and half
/// a download is not to be thrown away for that.
final class SharedDownloads<Key: Hashable & Sendable>: Sendable {
    typealias Outcome = Result<StoredMedia, MediaError>

    private struct SharedDownload {
        let number: Int
        let task: Task<Void, Never>
        var waiters: [Int: CheckedContinuation<Outcome, Never>]
        /// Cancels it when nobody has come back in time.
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

    /// - Parameter linger: for how long a fetch goes on that nobody waits for.
    init(clock: any RelayClock, linger: Duration = .seconds(10)) {
        self.clock = clock
        self.linger = linger
    }

    /// Waits for the fetch of a file.
    /// - Parameter start: does it, when nobody does yet.
    func join(_ key: Key, _ start: @escaping @Sendable () async -> Outcome) async throws(MediaError) -> StoredMedia {
        let number = nextNumber()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return false }
                    if state.flights[key] == nil {
                        // Unstructured, because it belongs to all who wait for it, and none of them for long.
                        let task = Task { self.land(key, number, await start()) }
                        state.flights[key] = SharedDownload(number: number, task: task, waiters: [:])
                    }
                    state.flights[key]?.waiters[number] = continuation
                    state.flights[key]?.end?.cancel()
                    state.flights[key]?.end = nil
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
            // After a cancellation the key may be another flight's.
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

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
        var downloads: [Key: SharedDownload] = [:]
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
                    if state.downloads[key] == nil {
                        // Unstructured, because it belongs to all who wait for it, and none of them for long.
                        let task = Task { self.finish(key, number, await start()) }
                        state.downloads[key] = SharedDownload(number: number, task: task, waiters: [:])
                    }
                    state.downloads[key]?.waiters[number] = continuation
                    state.downloads[key]?.end?.cancel()
                    state.downloads[key]?.end = nil
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

    /// How many wait now.
    var waiting: Int { state.withLock { $0.downloads.values.reduce(0) { $0 + $1.waiters.count } } }

    /// Prevents new fetches, cancels those in progress, and waits until they have ended.
    func close() async {
        let downloads = state.withLock { state in
            state.isClosed = true
            defer { state.downloads = [:] }
            return Array(state.downloads.values)
        }
        for download in downloads {
            download.task.cancel()
            download.end?.cancel()
            for waiter in download.waiters.values { waiter.resume(returning: .failure(.abandoned)) }
        }
        for download in downloads { await download.task.value }
    }

    private func nextNumber() -> Int {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    private func finish(_ key: Key, _ number: Int, _ outcome: Outcome) {
        let waiters = state.withLock { state in
            // After a cancellation the key may be another download's.
            guard state.downloads[key]?.number == number else { return [CheckedContinuation<Outcome, Never>]() }
            let download = state.downloads.removeValue(forKey: key)
            download?.end?.cancel()
            return download.map { Array($0.waiters.values) } ?? []
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let waiter = state.withLock { state in
            guard let waiter = state.downloads[key]?.waiters.removeValue(forKey: number) else {
                return CheckedContinuation<Outcome, Never>?.none
            }
            if let download = state.downloads[key], download.waiters.isEmpty {
                let deadline = clock.now + linger
                state.downloads[key]?.end = Task { [clock] in
                    guard (try? await clock.sleep(until: deadline)) != nil else { return }
                    self.abandon(key, download.number)
                }
            }
            return waiter
        }
        waiter?.resume(returning: .failure(.abandoned))
    }

    private func abandon(_ key: Key, _ number: Int) {
        let task = state.withLock { state in
            guard let download = state.downloads[key], download.number == number, download.waiters.isEmpty else {
                return Task<Void, Never>?.none
            }
            return state.downloads.removeValue(forKey: key)?.task
        }
        task?.cancel()
    }
}

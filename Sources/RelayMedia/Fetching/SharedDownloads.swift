internal import RelayCore
internal import Synchronization

/// Fetches in progress, each shared by all callers that want the same file. A fetch without callers is cancelled after
/// a short time: a message that continues without its file requests the file again at once, and the partial download
/// should not be lost.
final class SharedDownloads<Key: Hashable & Sendable>: Sendable {
    typealias Outcome = Result<StoredMedia, MediaError>

    private struct Waiter {
        let continuation: CheckedContinuation<Outcome, Never>
        let priority: MediaFetchPriority
    }

    private struct SharedDownload {
        let number: Int
        let task: Task<Void, Never>
        var waiters: [Int: Waiter]
        /// Cancels the fetch unless a caller joins in time.
        var end: Task<Void, Never>?

        /// That of the most urgent caller. A fetch without callers can yield to others.
        var priority: MediaFetchPriority { waiters.values.contains { $0.priority == .fresh } ? .fresh : .late }
    }

    private struct State {
        var lastNumber = 0
        var downloads: [Key: SharedDownload] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let clock: any RelayClock
    private let linger: Duration
    private let onPriority: @Sendable (Int, MediaFetchPriority?) -> Void

    /// - Parameters:
    ///   - linger: how long a fetch without callers continues; default 10 s.
    ///   - onPriority: is called when the priority of a fetch is set or changes, with the number of the fetch; nil when
    ///     it has ended. It must not call back.
    init(
        clock: any RelayClock,
        linger: Duration = .seconds(10),
        onPriority: @escaping @Sendable (_ fetch: Int, MediaFetchPriority?) -> Void = { _, _ in }
    ) {
        self.clock = clock
        self.linger = linger
        self.onPriority = onPriority
    }

    /// Waits for the fetch of a file.
    /// - Parameter start: performs the fetch, which it gets the number of; called when none is in progress.
    func join(
        _ key: Key,
        _ priority: MediaFetchPriority = .fresh,
        _ start: @escaping @Sendable (_ fetch: Int) async -> Outcome
    ) async throws(MediaError) -> StoredMedia {
        let number = nextNumber()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if state.isClosed || Task.isCancelled { return false }
                    let isNew = state.downloads[key] == nil
                    if isNew {
                        onPriority(number, priority)
                        // Unstructured, because it belongs to all who wait for it, and none of them for long.
                        let task = Task { self.finish(key, number, await start(number)) }
                        state.downloads[key] = SharedDownload(number: number, task: task, waiters: [:])
                    }
                    change(key, in: &state, tells: !isNew) {
                        $0.waiters[number] = Waiter(continuation: continuation, priority: priority)
                    }
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
            for waiter in download.waiters.values { waiter.continuation.resume(returning: .failure(.abandoned)) }
        }
        for download in downloads { await download.task.value }
    }

    private func nextNumber() -> Int {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    /// Changes who waits for a fetch, and tells the priority when it changes.
    private func change(
        _ key: Key, in state: inout State, tells: Bool = true, _ body: (inout SharedDownload) -> Void
    ) {
        guard var download = state.downloads[key] else { return }
        let priority = download.priority
        body(&download)
        state.downloads[key] = download
        if tells, download.priority != priority { onPriority(download.number, download.priority) }
    }

    private func finish(_ key: Key, _ number: Int, _ outcome: Outcome) {
        let waiters = state.withLock { state in
            onPriority(number, nil)
            // After a cancellation the key may be another download's.
            guard state.downloads[key]?.number == number else { return [Waiter]() }
            let download = state.downloads.removeValue(forKey: key)
            download?.end?.cancel()
            return download.map { Array($0.waiters.values) } ?? []
        }
        for waiter in waiters { waiter.continuation.resume(returning: outcome) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let waiter = state.withLock { state in
            var waiter: Waiter?
            change(key, in: &state) { waiter = $0.waiters.removeValue(forKey: number) }
            guard let waiter else { return Waiter?.none }
            if let download = state.downloads[key], download.waiters.isEmpty {
                let deadline = clock.now + linger
                state.downloads[key]?.end = Task { [clock] in
                    guard (try? await clock.sleep(until: deadline)) != nil else { return }
                    self.abandon(key, download.number)
                }
            }
            return waiter
        }
        waiter?.continuation.resume(returning: .failure(.abandoned))
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

internal import RelayCore

/// Finds out whether the store can write, by a small write of its own. Callers that ask at the same time, or within a
/// second, share one, so that however often the state is asked for, the disk has at most one more write each second.
actor StoreWriteProbe {
    private struct Running {
        let startedAt: Timestamp
        let task: Task<Void, Never>
    }

    private let store: any StoreWriteCheck
    private let clock: any RelayClock
    private var running: Running?
    private var last: (endedAt: Timestamp, error: StoreError?)?
    private var lastSuccess: Timestamp

    /// How long a result holds.
    private static let freshness: Duration = .seconds(1)
    /// How long a write may take before the store counts as one that cannot write.
    private static let patience: Duration = .seconds(5)

    init(store: any StoreWriteCheck, clock: any RelayClock) {
        self.store = store
        self.clock = clock
        lastSuccess = clock.now
    }

    /// Why the store cannot write now; nil when it can.
    func problem() async -> String? {
        if let last, clock.now - last.endedAt < Self.freshness { return problem(last.error) }
        let check = running ?? start()
        await Self.wait(for: check.task, until: check.startedAt + Self.patience, clock: clock)
        if running?.startedAt == check.startedAt {
            return "a write has been under way for \((clock.now - check.startedAt).components.seconds) s"
        }
        return problem(last?.error)
    }

    private func problem(_ error: StoreError?) -> String? {
        // A store with too much to write still writes.
        if error?.code == .overloaded, clock.now - lastSuccess < Self.patience { return nil }
        return error?.message
    }

    private func start() -> Running {
        let startedAt = clock.now
        // Not structured: a write that hangs cannot be cancelled, and must not hold up whoever asks.
        let task = Task {
            do throws(StoreError) {
                try await store.checkWriting(at: startedAt)
                ended(nil)
            } catch {
                ended(error)
            }
        }
        let check = Running(startedAt: startedAt, task: task)
        running = check
        return check
    }

    private func ended(_ error: StoreError?) {
        running = nil
        last = (clock.now, error)
        if error == nil { lastSuccess = clock.now }
    }

    private static func wait(for task: Task<Void, Never>, until deadline: Timestamp, clock: any RelayClock) async {
        let (ends, end) = AsyncStream<Void>.makeStream()
        Task {
            await task.value
            end.finish()
        }
        await withTaskGroup { group in
            group.addTask { for await _ in ends {} }
            group.addTask { try? await clock.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}

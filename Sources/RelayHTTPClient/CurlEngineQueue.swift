internal import CCurl
import Glibc
import Synchronization

/// The work for the engine's thread. It is the only state that the thread shares with others.
final class CurlEngineQueue: Sendable {
    enum Phase: Sendable {
        case running
        /// Accepts no new requests; those in flight may finish until the instant.
        case draining(until: ContinuousClock.Instant)
        case stopping
        /// The thread has released everything.
        case ended
    }

    /// The entries that the thread takes from the queue at once.
    struct PendingWork {
        var jobs: [CurlEngineJob] = []
        var cancelled: [UInt64] = []
        var resumed: [UInt64] = []
        var egress: EgressGuard?
        var phase: Phase

        var hasMail: Bool { !jobs.isEmpty || !cancelled.isEmpty || !resumed.isEmpty }
    }

    private struct State {
        var jobs: [CurlEngineJob] = []
        var cancelled: [UInt64] = []
        var resumed: [UInt64] = []
        var egress: EgressGuard?
        var phase = Phase.running
        var threadSleeps = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Written to wake the thread. Both descriptors are closed only when nothing refers to them any more.
    let wakeDescriptor: Int32
    /// The epoll descriptor on which the thread waits.
    let epollDescriptor: Int32
    private let state = Mutex(State())
    private let lastID = Atomic<UInt64>(0)

    init() throws(CurlEngine.SetupError) {
        wakeDescriptor = ccurl_eventfd_create()
        epollDescriptor = ccurl_epoll_create()
        guard wakeDescriptor >= 0, epollDescriptor >= 0,
            ccurl_epoll_watch(epollDescriptor, wakeDescriptor, 1, 0, 0) == 0
        else {
            let reason = errnoText(errno)
            close(wakeDescriptor)
            close(epollDescriptor)
            throw CurlEngine.SetupError(description: "the HTTP engine got no descriptors: \(reason)")
        }
    }

    deinit {
        close(epollDescriptor)
        close(wakeDescriptor)
    }

    func nextID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

    func submit(_ job: CurlEngineJob) {
        let refusal: String? = state.withLock { state in
            guard case .running = state.phase else { return "the relay is shutting down; the request was not sent" }
            state.jobs.append(job)
            wakeIfNeeded(&state)
            return nil
        }
        if let refusal { job.refuse(refusal) }
    }

    func cancel(_ id: UInt64) {
        change { $0.cancelled.append(id) }
    }

    /// Continues a paused stream whose reader has taken data.
    func resume(_ id: UInt64) {
        change { $0.resumed.append(id) }
    }

    func replace(_ egress: EgressGuard) {
        change { $0.egress = egress }
    }

    func drain(for time: Duration) {
        change { state in
            if case .running = state.phase { state.phase = .draining(until: .now + time) }
        }
    }

    func stop() {
        change { state in
            if case .ended = state.phase { return }
            state.phase = .stopping
        }
    }

    /// Returns when the thread has released everything.
    func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if case .ended = state.phase { return true }
                state.waiters.append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: For the engine's thread

    /// Takes all entries. When there are none, the thread counts as sleeping, and the next entry wakes it. While it is
    /// busy, new entries cost no system call.
    func collect() -> PendingWork {
        state.withLock { state in
            var delivery = PendingWork(phase: state.phase)
            swap(&delivery.jobs, &state.jobs)
            swap(&delivery.cancelled, &state.cancelled)
            swap(&delivery.resumed, &state.resumed)
            swap(&delivery.egress, &state.egress)
            state.threadSleeps = !delivery.hasMail
            return delivery
        }
    }

    /// Called last by the thread. Returns the jobs that were queued too late, which the caller refuses.
    func end() -> [CurlEngineJob] {
        let (jobs, waiters) = state.withLock { state in
            state.phase = .ended
            defer { (state.jobs, state.waiters) = ([], []) }
            return (state.jobs, state.waiters)
        }
        for waiter in waiters { waiter.resume() }
        return jobs
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            wakeIfNeeded(&state)
        }
    }

    private func wakeIfNeeded(_ state: inout State) {
        guard state.threadSleeps else { return }
        state.threadSleeps = false
        // Fails only when the counter is full, and then the thread is already being woken.
        _ = eventfd_write(wakeDescriptor, 1)
    }
}

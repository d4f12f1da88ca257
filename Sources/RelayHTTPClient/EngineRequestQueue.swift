internal import CCurl
import Glibc
import Synchronization

/// What the engine's thread is to do, and the only thing it shares with the others.
final class EngineRequestQueue: Sendable {
    enum Phase: Sendable {
        case running
        /// Nothing new; what is in flight may end until the instant.
        case draining(until: ContinuousClock.Instant)
        case stopping
        /// The thread has let go of everything.
        case ended
    }

    /// What the thread finds at one look.
    struct Delivery {
        var jobs: [EngineJob] = []
        var cancelled: [UInt64] = []
        var resumed: [UInt64] = []
        var egress: EgressGuard?
        var phase: Phase

        var hasMail: Bool { !jobs.isEmpty || !cancelled.isEmpty || !resumed.isEmpty }
    }

    private struct State {
        var jobs: [EngineJob] = []
        var cancelled: [UInt64] = []
        var resumed: [UInt64] = []
        var egress: EgressGuard?
        var phase = Phase.running
        var threadSleeps = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// Written to wake the thread. Both are closed only when nobody can reach them any more.
    let wakeDescriptor: Int32
    /// What the thread waits on.
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

    func submit(_ job: EngineJob) {
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

    /// Word that a stream's reader has made room.
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

    /// Returns when the thread has let go of everything.
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

    /// Empties the mailbox. When there was nothing in it the thread counts as asleep, and the next change wakes it;
    /// while it is busy a burst of changes costs no system call.
    func collect() -> Delivery {
        state.withLock { state in
            var delivery = Delivery(phase: state.phase)
            swap(&delivery.jobs, &state.jobs)
            swap(&delivery.cancelled, &state.cancelled)
            swap(&delivery.resumed, &state.resumed)
            swap(&delivery.egress, &state.egress)
            state.threadSleeps = !delivery.hasMail
            return delivery
        }
    }

    /// The thread's last word. What came too late is handed back to be refused.
    func end() -> [EngineJob] {
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
        // Fails only when the counter is full, and then the thread is being woken anyway.
        _ = eventfd_write(wakeDescriptor, 1)
    }
}

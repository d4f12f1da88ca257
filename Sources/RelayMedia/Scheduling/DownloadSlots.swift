internal import Logging
internal import RelayCore
internal import Synchronization

/// Carries out what a ``DownloadSchedule`` decides: downloads wait here for their slots.
final class DownloadSlots: Sendable {
    private enum Grant {
        case started
        case refused
        case cancelled
    }

    private typealias Resumption = (waiter: CheckedContinuation<Grant, Never>, grant: Grant)

    private struct State {
        var schedule: DownloadSchedule
        var lastNumber = 0
        var waiters: [Int: CheckedContinuation<Grant, Never>] = [:]

        /// The waiters that a change lets go on, to be resumed outside the lock.
        mutating func decide(at now: Timestamp) -> [Resumption] {
            schedule.decide(at: now).compactMap { decision in
                let (number, grant) =
                    switch decision {
                    case .start(let number): (number, Grant.started)
                    case .refuse(let number): (number, Grant.refused)
                    }
                return waiters.removeValue(forKey: number).map { (waiter: $0, grant: grant) }
            }
        }
    }

    private let state: Mutex<State>
    private let clock: any RelayClock
    private let logger: Logger

    /// - Parameter count: the number of downloads at the same time.
    init(_ count: Int, clock: any RelayClock, logger: Logger) {
        state = Mutex(State(schedule: DownloadSchedule(slots: count)))
        self.clock = clock
        self.logger = logger
    }

    /// How many downloads wait for a slot now.
    var waiting: Int { state.withLock { $0.schedule.waitingCount } }

    /// Waits for a slot, which ``end(_:_:of:)`` gives back.
    /// - Returns: the number of the slot.
    /// - Throws: ``MediaError`` `.unavailable` when the host does not answer, or when the task is cancelled.
    func acquire(for request: DownloadSchedule.Request) async throws(MediaError) -> Int {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let grant = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumed = state.withLock { state -> [Resumption] in
                    // Under the lock: a cancellation after this finds the waiter.
                    if Task.isCancelled { return [(waiter: continuation, grant: .cancelled)] }
                    state.waiters[number] = continuation
                    state.schedule.enqueue(number, request, at: clock.now)
                    return state.decide(at: clock.now)
                }
                for (waiter, grant) in resumed { waiter.resume(returning: grant) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: number)
                if waiter != nil { state.schedule.withdraw(number) }
                return waiter
            }
            waiter?.resume(returning: .cancelled)
        }
        switch grant {
        case .started: return number
        case .cancelled: throw .abandoned
        case .refused:
            throw MediaError(
                .unavailable,
                "\(request.host) did not answer the last requests for several files; it is asked again in some seconds"
            )
        }
    }

    /// Gives a slot back.
    /// - Parameter host: the host of the request, for the log.
    func end(_ number: Int, _ verdict: MediaHostBreaker.Verdict, of host: String) {
        let (resumed, change) = state.withLock { state in
            let change = state.schedule.end(number, verdict, at: clock.now)
            return (state.decide(at: clock.now), change)
        }
        for (waiter, grant) in resumed { waiter.resume(returning: grant) }
        switch change {
        case true?:
            logger.warning(
                "A media server does not answer; it gets one request at a time until it does",
                metadata: ["host": "\(host)"])
        case false?: logger.info("A media server answers again", metadata: ["host": "\(host)"])
        case nil: break
        }
    }

    /// Whether nobody waits for the file of a fetch.
    func isLate(_ fetch: Int) -> Bool { state.withLock { $0.schedule.isLate(fetch) } }

    /// Whether a late fetch should end instead of trying these hosts again.
    func isHopeless(_ fetch: Int, at hosts: [String]) -> Bool {
        state.withLock { $0.schedule.isHopeless(fetch, at: hosts) }
    }

    /// Sets who waits for a fetch; nil: it has ended.
    func setPriority(_ priority: MediaFetchPriority?, of fetch: Int) {
        let resumed = state.withLock { state in
            state.schedule.setPriority(priority, of: fetch)
            return state.decide(at: clock.now)
        }
        for (waiter, grant) in resumed { waiter.resume(returning: grant) }
    }
}

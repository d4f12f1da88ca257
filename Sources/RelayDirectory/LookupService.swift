package import Logging
package import RelayCore
package import RelayHTTPClient
internal import Synchronization

/// Looks up people and groups at gateways over HTTP.
///
/// Lookups of the same entry share one set of requests. Each route has a limit of requests in flight and a limit of
/// waiting requests; beyond both a lookup ends immediately without a result. After repeated failures a route is paused.
/// After one failure an entry is paused, so that a chat does not wait for it twice in a row.
package final class LookupService: GatewayDirectoryLookup {
    package struct Configuration: Sendable {
        /// Requests in flight for each route.
        package var maxInFlight = 8
        /// Waiting requests for each route.
        package var maxWaiting = 256
        /// Consecutive failed lookups after which a route is paused.
        package var failures = 5
        /// How long a route or an entry is paused.
        package var pause = Duration.seconds(30)
        /// The maximum size of a response in bytes; a group of 5,000 members takes about 700 KB.
        package var maxAnswer = 1 << 20

        package init() {}
    }

    private struct JobID: Hashable, Sendable {
        var route: String
        var key: DirectoryEntryKey
    }

    /// A lookup in progress and its waiting callers.
    private struct Job: Sendable {
        let number: Int
        var waiters: [Int: CheckedContinuation<DirectoryLookupAnswer?, Never>] = [:]
        var task: Task<Void, Never>?
    }

    private struct EndpointState: Sendable {
        let semaphore: AsyncSemaphore
        var health: LookupBreaker
        /// The number of requests in flight and waiting.
        var admitted = 0
    }

    private struct State: Sendable {
        var jobs: [JobID: Job] = [:]
        var routes: [String: EndpointState] = [:]
        var unanswered = NegativeLookupCache<JobID>()
        private var lastNumber = 0

        mutating func makeNumber() -> Int {
            lastNumber += 1
            return lastNumber
        }
    }

    private let sender: any HTTPClient
    private let clock: any RelayClock
    private let logger: Logger
    private let configuration: Configuration
    private let executor: (any TaskExecutor)?
    private let state = Mutex(State())

    /// - Parameter executor: runs the lookups; nil: the default executor.
    package init(
        sender: any HTTPClient,
        clock: any RelayClock,
        logger: Logger,
        configuration: Configuration = Configuration(),
        executor: (any TaskExecutor)? = nil
    ) {
        self.sender = sender
        self.clock = clock
        self.logger = logger
        self.configuration = configuration
        self.executor = executor
    }

    /// The number of waiting callers.
    var waiterCount: Int { state.withLock { $0.jobs.values.reduce(0) { $0 + $1.waiters.count } } }

    package func lookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) async -> DirectoryLookupAnswer? {
        let id = JobID(route: route.id, key: key)
        let waiter = state.withLock { $0.makeNumber() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { join(id, route, as: waiter, $0) }
        } onCancel: {
            leave(id, as: waiter)
        }
    }

    package func mayLookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) -> Bool {
        let id = JobID(route: route.id, key: key)
        let now = clock.now
        return state.withLock { state in
            state.jobs[id] != nil || mayBegin(id, requests: 1, in: &state, at: now)
        }
    }

    private func mayBegin(_ id: JobID, requests: Int, in state: inout State, at now: Timestamp) -> Bool {
        guard requests > 0, !state.unanswered.contains(id, at: now) else { return false }
        guard let route = state.routes[id.route] else { return true }
        let limit = configuration.maxInFlight + configuration.maxWaiting
        return route.admitted + requests <= limit && route.health.mayAsk(at: now)
    }

    /// Joins the lookup in progress, or starts one.
    private func join(
        _ id: JobID,
        _ route: any LookupEndpoint,
        as waiter: Int,
        _ continuation: CheckedContinuation<DirectoryLookupAnswer?, Never>
    ) {
        let now = clock.now
        let isWaiting = state.withLock { state in
            // The task may have been cancelled before the waiter was registered; that cancellation had no effect.
            if Task.isCancelled { return false }
            if state.jobs[id] != nil {
                state.jobs[id]?.waiters[waiter] = continuation
                return true
            }
            let requests = route.requests(for: id.key)
            guard mayBegin(id, requests: requests.count, in: &state, at: now) else { return false }
            var place = state.routes[id.route] ?? newRoute()
            place.health.begins()
            place.admitted += requests.count
            state.routes[id.route] = place
            var job = Job(number: state.makeNumber(), waiters: [waiter: continuation])
            let exchange = LookupRequestSender(
                sender: sender,
                semaphore: place.semaphore,
                clock: clock,
                deadline: now + route.timeout,
                maxAnswer: configuration.maxAnswer
            )
            job.task = Task(executorPreference: executor) { [number = job.number, name = route.name] in
                let outcome = await CombinedLookupResult.of(requests, exchange)
                self.finish(id, number: number, name: name, outcome, requests: requests.count)
            }
            state.jobs[id] = job
            return true
        }
        if !isWaiting { continuation.resume(returning: nil) }
    }

    private func newRoute() -> EndpointState {
        EndpointState(
            semaphore: AsyncSemaphore(configuration.maxInFlight),
            health: LookupBreaker(failures: configuration.failures, pause: configuration.pause)
        )
    }

    /// Removes a waiting caller. Without callers the lookup is cancelled.
    private func leave(_ id: JobID, as waiter: Int) {
        let (continuation, task) = state.withLock { state in
            guard let continuation = state.jobs[id]?.waiters.removeValue(forKey: waiter) else {
                return (nil as CheckedContinuation<DirectoryLookupAnswer?, Never>?, nil as Task<Void, Never>?)
            }
            guard state.jobs[id]?.waiters.isEmpty == true else { return (continuation, nil) }
            return (continuation, state.jobs.removeValue(forKey: id)?.task)
        }
        task?.cancel()
        continuation?.resume(returning: nil)
    }

    private func finish(_ id: JobID, number: Int, name: String, _ outcome: CombinedLookupResult, requests: Int) {
        let now = clock.now
        var change: BreakerTransition?
        let waiters = state.withLock { state in
            var route = state.routes[id.route] ?? newRoute()
            route.admitted -= requests
            // A lookup without callers has been removed, or replaced by a later one.
            let isWanted = state.jobs[id]?.number == number
            switch outcome {
            case _ where !isWanted, .tooBusy:
                route.health.wasGivenUp()
            case .answered:
                if route.health.succeeded() { change = .isBack }
            case .failed(let reason):
                if route.health.failed(at: now) { change = .isPaused(reason: reason) }
            }
            let isIdle = route.admitted == 0 && route.health.isSound
            state.routes[id.route] = isIdle ? nil : route
            guard isWanted else { return [] as [CheckedContinuation<DirectoryLookupAnswer?, Never>] }
            if outcome.answer == nil { state.unanswered.insert(id, until: now + configuration.pause, at: now) }
            return state.jobs.removeValue(forKey: id).map { Array($0.waiters.values) } ?? []
        }
        if let change { log(change, of: name) }
        for waiter in waiters { waiter.resume(returning: outcome.answer) }
    }

    private enum BreakerTransition {
        case isPaused(reason: String)
        case isBack
    }

    private func log(_ change: BreakerTransition, of name: String) {
        switch change {
        case .isPaused(let reason):
            logger.warning(
                "A gateway does not answer lookups; names and pictures from it are left out for now",
                metadata: ["gateway": "\(name)", "reason": "\(reason)", "pause": "\(configuration.pause)"]
            )
        case .isBack:
            logger.notice("A gateway answers lookups again", metadata: ["gateway": "\(name)"])
        }
    }
}

package import Logging
package import RelayCore
internal import ServiceLifecycle
internal import Synchronization

/// Finds destinations by key: configured ones and webhooks.
package protocol DestinationLookup: Sendable {
    /// Nil when there is none, or no longer: its deliveries stay queued.
    func destination(_ key: DestinationKey) -> (any Destination)?
}

/// Takes due deliveries off the outbox, sends each once, decides what its result means, and commits result and next
/// state together.
///
/// One loop: collect what has happened, decide, exchange settlements for claims in one transaction, start the claimed
/// attempts. The more happens at once, the larger the transactions are.
package final class Dispatcher: Service {
    package struct Configuration: Sendable {
        /// Requests under way in all. Default 4,096.
        package var capacity: Int
        package var breaker: BreakerPolicy
        /// How long a shutdown waits for requests under way. Default 15 s.
        package var grace: Duration

        package init(
            capacity: Int = 4096,
            breaker: BreakerPolicy = .init(),
            grace: Duration = .seconds(15)
        ) {
            self.capacity = capacity
            self.breaker = breaker
            self.grace = grace
        }
    }

    let outbox: any Outbox & DestinationPauseStore
    let destinations: any DestinationLookup
    let clock: any RelayClock
    private let configuration: Configuration
    let random: @Sendable () -> Double
    let taps: TapRegistry
    let logger: Logger
    private let eventQueue = DispatcherMailbox()
    let state: Mutex<DispatchState>

    /// - Parameters:
    ///   - random: uniform in 0..<1, for jitter.
    ///   - taps: are shown the attempts.
    package init(
        outbox: any Outbox & DestinationPauseStore,
        destinations: any DestinationLookup,
        clock: any RelayClock,
        configuration: Configuration = .init(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        taps: TapRegistry = TapRegistry(),
        logger: Logger
    ) {
        self.outbox = outbox
        self.destinations = destinations
        self.clock = clock
        self.configuration = configuration
        self.random = random
        self.taps = taps
        self.logger = logger
        state = Mutex(DispatchState(capacity: configuration.capacity, breaker: configuration.breaker))
    }

    /// The state of a destination; nil when nothing was ever due there.
    package func standing(of key: DestinationKey) -> DispatchState.DestinationState? {
        state.withLock { $0.destinations[key] }
    }

    /// Requests under way now.
    package var inFlight: Int { state.withLock { $0.inFlight } }

    /// Stops sending to a destination. The store keeps the pause over restarts.
    package func pause(_ pause: DestinationPause) {
        state.withLock { $0.pause(pause) }
        eventQueue.post { $0.hasOtherChange = true }
    }

    /// Sends to a destination again.
    /// - Parameter release: what it held, when that is to go out at a rate.
    package func resume(_ key: DestinationKey, release: DestinationRelease? = nil) {
        state.withLock { $0.resume(key, release: release, at: clock.now) }
        eventQueue.post { $0.hasOtherChange = true }
    }

    /// Pauses and resumes destinations as the store has them: another process may have changed that.
    package func followPauses() async throws(StoreError) {
        let pauses = try await outbox.pauses()
        let releases = try await outbox.releases()
        state.withLock { $0.follow(pauses: pauses, releases: releases, at: clock.now) }
        eventQueue.post { $0.hasOtherChange = true }
    }

    /// Probes destinations that are down now rather than at their next time: an operator says that they are up.
    package func probe() {
        state.withLock { $0.probe(at: clock.now) }
        eventQueue.post { $0.hasOtherChange = true }
    }

    /// Destinations were added, removed or changed.
    /// - Parameter keys: which; nil: any may have changed.
    package func destinationsChanged(_ keys: Set<DestinationKey>? = nil) {
        eventQueue.post { content in
            if let keys { content.changed.formUnion(keys) } else { content.hasChangedConfiguration = true }
        }
    }

    /// Webhooks were created or changed, or deleted.
    package func webhooksChanged(_ changed: [DestinationKey], deleted: [DestinationKey]) {
        let now = clock.now
        state.withLock { state in
            // What waits for a webhook that could not be used may go now.
            for key in changed where state.destinations[key] != nil { state.wake(key, at: now) }
            for key in deleted { state.forget(key) }
        }
        eventQueue.post { content in
            content.changed.formUnion(changed)
            content.hasOtherChange = true
        }
    }

    package func run() async throws {
        let pauses = try await outbox.pauses()
        let due = try await outbox.dueTimes()
        let releases = try await outbox.releases()
        let now = clock.now
        let answered = try await outbox.destinationsThatAnswered(since: now - Self.memory)
        state.withLock { state in
            state.trust(answered)
            state.takesNewDeliveries = true
            state.begin(pauses: pauses, releases: releases, at: now)
            for (key, moment) in due { state.wake(key, at: moment) }
        }
        await follow(nil)
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { [outbox, eventQueue] in
                    for await keys in outbox.newlyDue { eventQueue.post { $0.due += keys.sorted() } }
                }
                await loop(in: &group)
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.eventQueue.post { $0.isShuttingDown = true }
        }
    }

    /// How long before the start an answer of a destination counts.
    private static let memory: Duration = .seconds(3600)

    /// Requests that one transaction claims: callers that post events meanwhile wait for it as well.
    private static let largestClaim = 64

    private func loop(in group: inout DiscardingTaskGroup) async {
        // Results that the store could not take stay here: none may be lost while the process runs.
        var settlements: [AttemptSettlement] = []
        var givenUp: [DeadLetterNotice] = []
        var failures = 0
        var deadline: Timestamp?
        while true {
            let news = eventQueue.drain()
            let now = clock.now
            state.withLock { state in
                for key in news.due { state.wake(key, at: now) }
            }
            if news.hasChangedConfiguration {
                await follow(nil)
            } else if !news.changed.isEmpty {
                await follow(news.changed)
            }
            for finished in news.finished {
                let results = await settle(finished, at: now)
                settlements += results
                for (delivery, result) in zip(finished.batch, results) {
                    if case .dead = result.next {
                        givenUp.append(DeadLetterNotice(delivery: delivery, result: finished.result))
                    }
                }
            }
            if !news.claimed.isEmpty { start(news.claimed, in: &group) }
            if deadline == nil {
                if Task.isCancelled {
                    deadline = now
                } else if news.isShuttingDown {
                    deadline = now + configuration.grace
                }
                if deadline != nil { state.withLock { $0.takesNewDeliveries = false } }
            }
            if let deadline {
                if settlements.isEmpty && inFlight == 0 { return }
                if now >= deadline {
                    group.cancelAll()
                    if failures > 0 { return }
                }
            }
            let claims =
                deadline == nil
                ? state.withLock { state in
                    state.claims(at: now, limit: Self.largestClaim) { destinations.destination($0)?.settings }
                } : []
            guard !settlements.isEmpty || !claims.isEmpty else {
                await idle(after: now, deadline: deadline)
                continue
            }
            do {
                let results = try await outbox.exchange(settlements, claims: claims, at: clock.now)
                settlements.removeAll(keepingCapacity: true)
                failures = 0
                tell(givenUp, in: &group)
                givenUp = []
                start(results, in: &group)
            } catch {
                failures += 1
                state.withLock { $0.abandoned(claims) }
                logger.error(
                    "Results of attempts could not be written; trying again",
                    metadata: ["error": "\(error)", "results": "\(settlements.count)", "tries": "\(failures)"]
                )
                try? await clock.sleep(until: clock.now + .milliseconds(min(5000, 100 << min(failures, 6))))
            }
        }
    }

    /// Tells the destination that a delivery has become a dead letter.
    private struct DeadLetterNotice {
        let delivery: ClaimedDelivery
        let result: AttemptResult
    }

    private func tell(_ givenUp: [DeadLetterNotice], in group: inout DiscardingTaskGroup) {
        for ended in givenUp {
            guard let destination = destinations.destination(ended.delivery.destination) else { continue }
            group.addTask { [clock] in
                await destination.gaveUp(ended.delivery, after: ended.result, at: clock.wall)
            }
        }
    }

    /// Waits for an event, or for the moment when something is due.
    private func idle(after now: Timestamp, deadline: Timestamp?) async {
        var wake = deadline
        if deadline == nil {
            wake = state.withLock { $0.nextWake() }
        }
        let includingShutdown = deadline == nil
        guard let wake else { return await eventQueue.wait(includingShutdown: includingShutdown) }
        guard wake > now else {
            // After the deadline only the ends of the cancelled attempts are waited for.
            return await eventQueue.wait(includingShutdown: false)
        }
        await withTaskGroup { group in
            group.addTask { [clock] in try? await clock.sleep(until: wake) }
            group.addTask { [eventQueue] in await eventQueue.wait(includingShutdown: includingShutdown) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Looks at destinations that may have changed, and writes which pauses that ends or begins.
    /// - Parameter keys: which; nil: any.
    private func follow(_ keys: Set<DestinationKey>?) async {
        let now = clock.now
        let (resumed, paused) = state.withLock { $0.follow(keys, at: now) { destinations.destination($0)?.receiver } }
        do {
            for pause in paused { try await outbox.pause(pause) }
            for key in resumed {
                logger.notice(
                    "A destination is no longer paused, because it has changed",
                    metadata: ["destination": "\(key)"])
                _ = try await outbox.resume(destination: key, at: now)
            }
        } catch {
            // The next start finds the same.
            logger.error("Pauses of changed destinations could not be written", metadata: ["error": "\(error)"])
        }
    }

    private func start(_ results: [DeliveryClaimResult], in group: inout DiscardingTaskGroup) {
        let now = clock.now
        state.withLock { state in
            for result in results {
                let destination = destinations.destination(result.destination)
                state.claimed(
                    result, ordering: destination?.settings.ordering ?? .perChat, receiver: destination?.receiver,
                    at: now)
            }
        }
        for result in results {
            let destination = destinations.destination(result.destination)
            for batch in result.batches { start(batch, of: result.destination, destination, in: &group) }
        }
    }

    /// Starts the requests of deliveries that were claimed when they were queued.
    private func start(_ deliveries: [ClaimedDelivery], in group: inout DiscardingTaskGroup) {
        let targets = deliveries.map { destinations.destination($0.destination) }
        state.withLock { state in
            for (delivery, destination) in zip(deliveries, targets) {
                state.started(
                    delivery, ordering: destination?.settings.ordering ?? .perChat, receiver: destination?.receiver)
            }
        }
        for (delivery, destination) in zip(deliveries, targets) {
            start([delivery], of: delivery.destination, destination, in: &group)
        }
    }

    private func start(
        _ batch: [ClaimedDelivery], of key: DestinationKey, _ destination: (any Destination)?,
        in group: inout DiscardingTaskGroup
    ) {
        group.addTask { [clock, eventQueue] in
            let startedAt = clock.now
            let outcome =
                await destination?.send(request: batch, at: clock.wall)
                ?? AttemptResult(
                    outcome: .failed(.interrupted),
                    error: "The destination was removed before the request left.",
                    target: "",
                    duration: .zero
                )
            eventQueue.post {
                $0.finished.append(
                    .init(
                        batch: batch,
                        destination: key,
                        settings: destination?.settings,
                        receiver: destination?.receiver,
                        startedAt: startedAt,
                        result: outcome
                    )
                )
            }
        }
    }
}

extension Dispatcher: NewDeliveryClaimer {
    package func reserve(_ key: DestinationKey) -> Bool {
        guard let settings = destinations.destination(key)?.settings else { return false }
        return state.withLock { $0.reserve(key, settings: settings, at: clock.now) }
    }

    package func start(_ deliveries: [ClaimedDelivery]) {
        eventQueue.post { $0.claimed += deliveries }
    }

    package func release(_ places: [DestinationKey]) {
        state.withLock { state in
            for key in places { state.release(key) }
        }
        eventQueue.post { $0.hasOtherChange = true }
    }
}

extension Destination {
    fileprivate func send(request batch: [ClaimedDelivery], at moment: Timestamp) async -> AttemptResult {
        batch.count == 1 ? await send(batch[0], at: moment) : await send(batch, at: moment)
    }
}

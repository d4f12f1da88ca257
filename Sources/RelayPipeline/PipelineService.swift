internal import DequeModule
package import Logging
package import RelayCore
internal import RelayJSON
internal import ServiceLifecycle
internal import Synchronization

/// The pipelines in force. A reload replaces all of them at once.
package protocol PipelineProvider: Sendable {
    var pipelines: [Pipeline] { get }
    /// The destinations, as the pipelines' `deliver` stages see them.
    var routes: any DeliveryTargetResolver { get }
}

/// Takes accepted events off the journal in their order, runs each through its pipelines, and commits what they decided
/// together with the mark that the event is processed. After a crash in between the events run again; no delivery is
/// planned twice.
///
/// An event whose stage waits (for a file, for a gateway's answer) is held with its chat's later events. Events of
/// other chats continue.
package final class PipelineService: Service {
    package struct Configuration: Sendable {
        /// Events in one batch: many share a commit, and few take little memory.
        package var batch = 256
        /// Events whose stage waits. At this number no more events are read from the journal until one continues.
        package var maxWaiting = 2_000
        /// Events that are held, those behind waiting ones included. Only their ids are in memory.
        package var maxHeld = 100_000
        /// How long nothing runs before an event with which alone the last process died runs again. A process that is
        /// killed without regard to its events dies meanwhile as a rule, and not twice in the same event.
        package var secondTryDelay = Duration.seconds(1)

        package init() {}
    }

    /// What other tasks report to the service.
    private struct Inbox: Sendable {
        var finished: [(event: EventID, change: Result<DeferredStageWork.Change, StageError>)] = []
        var mustRescan = true
        /// Events that are to run again. A rescan finds them too.
        var again: Deque<EventID> = []
    }

    private let journal: any Journal & DirectoryReader
    private let provider: any PipelineProvider
    private let directory: DirectoryCache
    private let media: (any MediaFetcher)?
    private let gateways: (any GatewayDirectoryLookup)?
    private let taps: TapRegistry
    private let marker: EventRunMarkerFile?
    private let clock: any RelayClock
    private let logger: Logger
    private let configuration: Configuration
    private let wakeSignal: WakeSignal
    private let inbox = Mutex(Inbox())

    /// Runs the same pipelines on new events while the store accepts them.
    package let newEvents: NewEventRunner

    /// - Parameters:
    ///   - media: gets files for `media` stages; nil: they pass on references.
    ///   - gateways: asks gateways for names, for `enrich` stages; nil: none is asked.
    ///   - taps: receive what happens.
    ///   - marker: tells the next process which events this one worked on; nil: it cannot know.
    package init(
        journal: any Journal & DirectoryReader,
        provider: any PipelineProvider,
        directory: DirectoryCache,
        media: (any MediaFetcher)? = nil,
        gateways: (any GatewayDirectoryLookup)? = nil,
        taps: TapRegistry = TapRegistry(),
        marker: EventRunMarkerFile? = nil,
        clock: any RelayClock,
        logger: Logger,
        configuration: Configuration = Configuration()
    ) {
        self.journal = journal
        self.provider = provider
        self.directory = directory
        self.media = media
        self.gateways = gateways
        self.taps = taps
        self.marker = marker
        self.clock = clock
        self.logger = logger
        self.configuration = configuration
        let wakeSignal = WakeSignal()
        self.wakeSignal = wakeSignal
        newEvents = NewEventRunner(
            provider: provider, directory: directory, media: media, gateways: gateways, taps: taps, marker: marker,
            clock: clock, logger: logger
        ) { wakeSignal.signal() }
    }

    /// Reports that the journal has new events. Without it they are found within a second.
    package func wake() {
        wakeSignal.signal()
    }

    /// Reports that processed events are to run again. They are older than those that were read last.
    package func rescan() {
        inbox.withLock { $0.mustRescan = true }
        wakeSignal.signal()
    }

    /// Reports that these events are to run again. Without it they are found at the next rescan.
    package func rerun(_ events: [EventID]) {
        inbox.withLock { $0.again += events }
        wakeSignal.signal()
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            var failures = 0
            while !Task.isShuttingDownGracefully && !Task.isCancelled {
                do {
                    try await work { failures = 0 }
                } catch {
                    failures += 1
                    logger.error(
                        "Events could not be processed; trying again",
                        metadata: ["error": "\(error)", "tries": "\(failures)"]
                    )
                    try? await clock.sleep(until: clock.now + .milliseconds(min(5000, 100 << min(failures, 6))))
                }
            }
        } onGracefulShutdown: {
            self.wakeSignal.signal()
        }
    }

    /// Processes events until the shutdown begins. Events that wait then run again at the next start.
    /// - Parameter onProgress: is called after each batch that was committed.
    /// - Throws: what the store throws. Then all events that were not committed must be read again, in order.
    private func work(onProgress: () -> Void) async throws(StoreError) {
        inbox.withLock { $0 = Inbox() }
        if marker?.marker.lastAlone != nil {
            let deadline = clock.now + configuration.secondTryDelay
            while clock.now < deadline, !Task.isShuttingDownGracefully, !Task.isCancelled {
                await wakeSignal.wait(until: deadline, clock: clock)
            }
        }
        let result: Result<Void, StoreError> = await withDiscardingTaskGroup { works in
            var backlog = PipelineServiceState()
            while !Task.isShuttingDownGracefully && !Task.isCancelled {
                do throws(StoreError) {
                    let isBusy = try await processNext(&backlog)
                    onProgress()
                    for (event, suspension) in backlog.takeStarted() { start(suspension, for: event, in: &works) }
                    if !isBusy { await wakeSignal.wait(until: clock.now + .seconds(1), clock: clock) }
                } catch {
                    // The cache has entries that were not stored. The events run again and bring them again.
                    directory.forget()
                    works.cancelAll()
                    return .failure(error)
                }
            }
            works.cancelAll()
            return .success(())
        }
        try result.get()
    }

    /// Runs the next batch of events and commits the results. False when there was nothing to run.
    private func processNext(_ backlog: inout PipelineServiceState) async throws(StoreError) -> Bool {
        let finished = inbox.withLock { inbox in
            defer {
                inbox.finished = []
                inbox.mustRescan = false
            }
            if inbox.mustRescan {
                backlog.cursor = EventID(0)
                inbox.again = []
            }
            return inbox.finished
        }
        let pipelines = provider.pipelines
        let context = StageContext(
            directory: directory, routes: provider.routes, media: media, gateways: gateways, clock: clock
        )
        var batch = PipelineBatch(
            pipelines: pipelines, context: context, directory: directory, logger: logger, marker: marker)
        let resumed = finished.compactMap { event, change in
            backlog.waiting.removeValue(forKey: event).map { (run: $0, change: change) }
        }
        // What they look up may have left the cache while they waited.
        try await load(for: resumed.map(\.run.event), pipelines)
        batch.begin(resumed.map(\.run.event.id))
        for (run, change) in resumed {
            if let waiting = batch.resume(run, with: change) {
                backlog.wait(waiting)
            } else {
                backlog.finish(run)
            }
        }
        try await resumeHeldEvents(&backlog, &batch)
        let page = try await takeEvents(&backlog, except: Set(batch.results.map(\.event)))
        try await load(for: page, pipelines)
        batch.begin(page.map(\.id))
        for stored in page {
            let event = identified(stored, &backlog)
            if backlog.queue.hold(event) { continue }
            if let waiting = batch.run(event, taps: taps) { backlog.wait(waiting) }
        }
        if !batch.results.isEmpty {
            try await journal.commit(batch.results, at: clock.now)
            newEvents.processed(batch.results.lazy.map(\.event))
        }
        batch.end { $0 > backlog.cursor || backlog.queue.contains($0) }
        return !finished.isEmpty || !page.isEmpty || !backlog.open.isEmpty
    }

    /// Events from the journal that are not held and not about to be committed.
    private func takeEvents(_ backlog: inout PipelineServiceState, except done: Set<EventID>) async throws(StoreError)
        -> [Event]
    {
        guard backlog.queue.waiting < configuration.maxWaiting, backlog.queue.count < configuration.maxHeld else {
            return []
        }
        let again = try await takeEventsAgain(backlog, except: done)
        let known = done.union(again.map(\.id))
        while true {
            let page = try await journal.pendingEvents(after: backlog.cursor, limit: configuration.batch)
            guard let last = page.last else { return again }
            backlog.cursor = last.id
            let fresh = page.filter { !backlog.queue.contains($0.id) && !known.contains($0.id) }
            if !fresh.isEmpty { return again + fresh }
        }
    }

    /// Events that are to run again and are older than those that were read last.
    private func takeEventsAgain(_ backlog: PipelineServiceState, except done: Set<EventID>) async throws(StoreError)
        -> [Event]
    {
        let ids = inbox.withLock { inbox in
            let ids = Array(inbox.again.prefix(configuration.batch))
            inbox.again.removeFirst(ids.count)
            return ids
        }
        var events: [Event] = []
        for id in ids where !backlog.queue.contains(id) && !done.contains(id) {
            if let event = try await journal.event(id) { events.append(event) }
        }
        return events
    }

    private func load(for events: [Event], _ pipelines: [Pipeline]) async throws(StoreError) {
        guard !events.isEmpty, pipelines.contains(where: { $0.usesDirectory }) else { return }
        try await directory.load(for: events, from: journal)
    }

    /// Runs events that were held behind others that are done, at most a batch of them, so that other chats run as
    /// well.
    private func resumeHeldEvents(
        _ backlog: inout PipelineServiceState,
        _ batch: inout PipelineBatch
    ) async throws(StoreError) {
        var left = configuration.batch
        while left > 0, let key = backlog.open.first {
            guard let id = backlog.queue.next(of: key) else {
                backlog.open.removeFirst()
                continue
            }
            left -= 1
            guard let stored = try await journal.event(id) else { continue }
            try await load(for: [stored], batch.pipelines)
            let event = identified(stored, &backlog)
            // Its chat may have become one with another one, whose events go first.
            guard backlog.queue.mayRun(event) else {
                backlog.queue.putBack(event)
                continue
            }
            batch.begin(CollectionOfOne(id))
            if let waiting = batch.run(event, taps: taps) {
                backlog.wait(waiting)
                backlog.open.removeFirst()
            }
        }
    }

    /// The event with hidden identities replaced. Events of its chat that are held under the hidden identity and under
    /// the phone are one chat from now on.
    private func identified(_ stored: Event, _ backlog: inout PipelineServiceState) -> Event {
        let event = directory.identified(stored)
        var previous = event.chat == stored.chat ? nil : stored.chat
        if event.type == .contactIdentified { previous = event.payload["previousChatId"]?.string }
        if let previous {
            backlog.queue.join(
                ChatOrderQueue.OrderingKey(session: event.session, chat: previous),
                into: ChatOrderQueue.OrderingKey(event))
        }
        return event
    }

    /// Starts the work of a step as a task of its own. Its event continues afterwards.
    private func start(_ suspension: Pipeline.Suspension, for event: EventID, in works: inout DiscardingTaskGroup) {
        works.addTask { [clock] in
            let change = await Self.result(of: suspension, clock: clock)
            if Task.isCancelled { return }
            self.inbox.withLock { $0.finished.append((event, change)) }
            self.wakeSignal.signal()
        }
    }

    private static func result(
        of suspension: Pipeline.Suspension,
        clock: any RelayClock
    ) async -> Result<DeferredStageWork.Change, StageError> {
        guard let timeout = suspension.timeout else { return .success(await suspension.work.run()) }
        let deadline = clock.now + timeout
        return await withTaskGroup(of: Result<DeferredStageWork.Change, StageError>.self) { group in
            group.addTask { .success(await suspension.work.run()) }
            group.addTask {
                try? await clock.sleep(until: deadline)
                return .failure(StageError("It took longer than its timeout of \(timeout).", reason: "timeout"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(StageError("It was cancelled."))
        }
    }
}

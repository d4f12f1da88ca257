internal import DequeModule
package import Logging
package import RelayCore
internal import ServiceLifecycle
internal import Synchronization

/// The pipelines in force. A reload swaps them as a whole.
package protocol PipelineProvider: Sendable {
    var pipelines: [Pipeline] { get }
    /// The destinations, as the pipelines' `deliver` stages see them.
    var routes: any DestinationLookup { get }
}

/// Takes accepted events off the journal in their order, runs each through its pipelines, and commits what they decided
/// together with the mark that the event is processed. A crash in between runs the events again; nothing doubles.
///
/// An event whose stage waits (a file, a gateway's answer) is set aside with its chat's later events; the others go on.
package final class PipelineService: Service {
    package struct Configuration: Sendable {
        /// Events in one batch: enough to share a commit, few enough to keep its memory small.
        package var batch = 256
        /// Events that wait at once; at this number no more are taken off the journal until one goes on.
        package var maxWaiting = 2_000
        /// Events set aside at once, those behind waiting ones included; of them only the numbers are in memory.
        package var maxHeld = 100_000

        package init() {}
    }

    /// What becomes known between turns.
    private struct Inbox: Sendable {
        var finished: [(event: EventID, change: Result<StageWork.Change, StageError>)] = []
        var mustRescan = true
        /// Events that are to run again; a rescan finds them as well.
        var again: Deque<EventID> = []
    }

    private let journal: any Journal & DirectoryStore
    private let provider: any PipelineProvider
    private let directory: DirectoryCache
    private let media: (any MediaFetcher)?
    private let gateways: (any GatewayDirectory)?
    private let taps: TapRegistry
    private let clock: any RelayClock
    private let logger: Logger
    private let configuration: Configuration
    private let bell = WakeSignal()
    private let inbox = Mutex(Inbox())

    /// - Parameters:
    ///   - media: gets files for `media` stages; nil: they hand on references.
    ///   - gateways: asks for names for `enrich` stages; nil: nobody is asked.
    ///   - taps: are shown what happens.
    package init(
        journal: any Journal & DirectoryStore,
        provider: any PipelineProvider,
        directory: DirectoryCache,
        media: (any MediaFetcher)? = nil,
        gateways: (any GatewayDirectory)? = nil,
        taps: TapRegistry = TapRegistry(),
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
        self.clock = clock
        self.logger = logger
        self.configuration = configuration
    }

    /// Says that the journal has new events. Without it they are found within a second.
    package func ring() {
        bell.ring()
    }

    /// Says that processed events are to run again: they lie before those that were read last.
    package func rescan() {
        inbox.withLock { $0.mustRescan = true }
        bell.ring()
    }

    /// Says that these events are to run again. Without it they are found at the next rescan.
    package func rerun(_ events: [EventID]) {
        inbox.withLock { $0.again += events }
        bell.ring()
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
            self.bell.ring()
        }
    }

    /// Processes events until the shutdown begins. What waits then is given up: it runs again at the next start.
    /// - Parameter onProgress: is called when a turn went well.
    /// - Throws: what the store throws. Then everything that was not committed has to be read again, in order.
    private func work(onProgress: () -> Void) async throws(StoreError) {
        inbox.withLock { $0 = Inbox() }
        let result: Result<Void, StoreError> = await withDiscardingTaskGroup { works in
            var floor = PipelineBacklog()
            while !Task.isShuttingDownGracefully && !Task.isCancelled {
                do throws(StoreError) {
                    let isBusy = try await turn(&floor)
                    onProgress()
                    for (event, suspension) in floor.takeStarted() { start(suspension, for: event, in: &works) }
                    if !isBusy { await bell.wait(until: clock.now + .seconds(1), clock: clock) }
                } catch {
                    // The cache must not take for stored what was not: the events run again, and have to tell it again.
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

    /// Runs what is at hand and commits it. False when there was nothing.
    private func turn(_ floor: inout PipelineBacklog) async throws(StoreError) -> Bool {
        let finished = inbox.withLock { inbox in
            defer {
                inbox.finished = []
                inbox.mustRescan = false
            }
            if inbox.mustRescan {
                floor.cursor = EventID(0)
                inbox.again = []
            }
            return inbox.finished
        }
        let pipelines = provider.pipelines
        let context = StageContext(
            directory: directory, routes: provider.routes, media: media, gateways: gateways, clock: clock
        )
        var results: [PipelineResult] = []
        let resumed = finished.compactMap { event, change in
            floor.waiting.removeValue(forKey: event).map { (run: $0, change: change) }
        }
        // What they look up may have been forgotten while they waited.
        try await load(for: resumed.map(\.run.event), pipelines)
        for (run, change) in resumed {
            var run = run
            run.resume(with: change, in: context, directory: directory, logger: logger)
            guard run.suspension == nil else {
                floor.wait(run)
                continue
            }
            results.append(run.result)
            floor.finish(run)
        }
        try await letHeldEventsGoOn(&floor, pipelines, context, &results)
        let page = try await takeEvents(&floor, except: Set(results.map(\.event)))
        try await load(for: page, pipelines)
        for event in page {
            let event = directory.identified(event)
            if floor.queue.hold(event) { continue }
            if let result = begin(event, pipelines, context, &floor) { results.append(result) }
        }
        if !results.isEmpty { try await journal.commit(results, at: clock.now) }
        return !finished.isEmpty || !page.isEmpty || !floor.open.isEmpty
    }

    /// Events off the journal that are not set aside already, nor done and about to be committed.
    private func takeEvents(_ floor: inout PipelineBacklog, except done: Set<EventID>) async throws(StoreError)
        -> [Event]
    {
        guard floor.queue.waiting < configuration.maxWaiting, floor.queue.count < configuration.maxHeld else {
            return []
        }
        let again = try await takeEventsAgain(floor, except: done)
        let known = done.union(again.map(\.id))
        while true {
            let page = try await journal.pendingEvents(after: floor.cursor, limit: configuration.batch)
            guard let last = page.last else { return again }
            floor.cursor = last.id
            let fresh = page.filter { !floor.queue.contains($0.id) && !known.contains($0.id) }
            if !fresh.isEmpty { return again + fresh }
        }
    }

    /// Events before those that were read last, which are to run again.
    private func takeEventsAgain(_ floor: PipelineBacklog, except done: Set<EventID>) async throws(StoreError)
        -> [Event]
    {
        let ids = inbox.withLock { inbox in
            let ids = Array(inbox.again.prefix(configuration.batch))
            inbox.again.removeFirst(ids.count)
            return ids
        }
        var events: [Event] = []
        for id in ids where !floor.queue.contains(id) && !done.contains(id) {
            if let event = try await journal.event(id) { events.append(event) }
        }
        return events
    }

    private func load(for events: [Event], _ pipelines: [Pipeline]) async throws(StoreError) {
        guard !events.isEmpty, pipelines.contains(where: { $0.usesDirectory }) else { return }
        try await directory.load(for: events, from: journal)
    }

    /// Runs an event from its beginning. Nil when it waits now.
    private func begin(
        _ event: Event,
        _ pipelines: [Pipeline],
        _ context: StageContext,
        _ floor: inout PipelineBacklog
    ) -> PipelineResult? {
        var run = EventRun(event, pipelines: pipelines, taps: taps, at: clock.now)
        run.run(in: context, directory: directory, logger: logger)
        guard run.suspension != nil else { return run.result }
        floor.wait(run)
        return nil
    }

    /// Runs what stood behind events that are done, at most a batch of it: the other chats have their turn as well.
    private func letHeldEventsGoOn(
        _ floor: inout PipelineBacklog,
        _ pipelines: [Pipeline],
        _ context: StageContext,
        _ results: inout [PipelineResult]
    ) async throws(StoreError) {
        var left = configuration.batch
        while left > 0, let lane = floor.open.first {
            guard let id = floor.queue.next(in: lane) else {
                floor.open.removeFirst()
                continue
            }
            left -= 1
            guard let stored = try await journal.event(id) else { continue }
            try await load(for: [stored], pipelines)
            let event = directory.identified(stored)
            // Its chat may have become known under another name meanwhile, and that one may be waiting.
            let isMoved = ChatQueue.OrderingKey(event) != lane
            if isMoved, floor.queue.hold(event) { continue }
            if let result = begin(event, pipelines, context, &floor) {
                results.append(result)
            } else if !isMoved {
                floor.open.removeFirst()
            }
        }
    }

    /// Lets the work of a step go on apart, and has its event go on afterwards.
    private func start(_ suspension: Pipeline.Suspension, for event: EventID, in works: inout DiscardingTaskGroup) {
        works.addTask { [clock] in
            let change = await Self.result(of: suspension, clock: clock)
            if Task.isCancelled { return }
            self.inbox.withLock { $0.finished.append((event, change)) }
            self.bell.ring()
        }
    }

    private static func result(
        of suspension: Pipeline.Suspension,
        clock: any RelayClock
    ) async -> Result<StageWork.Change, StageError> {
        guard let timeout = suspension.timeout else { return .success(await suspension.work.run()) }
        let deadline = clock.now + timeout
        return await withTaskGroup(of: Result<StageWork.Change, StageError>.self) { group in
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

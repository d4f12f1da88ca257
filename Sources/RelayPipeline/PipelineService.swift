public import Logging
public import RelayCore
public import ServiceLifecycle
internal import Synchronization

/// The pipelines in force. A reload swaps them as a whole.
public protocol PipelineProvider: Sendable {
    var pipelines: [Pipeline] { get }
    /// The destinations, as the pipelines' `deliver` stages see them.
    var routes: any RouteLookup { get }
}

/// Takes accepted events off the journal in their order, runs each through its pipelines, and commits what they decided
/// together with the mark that the event is processed. A crash in between runs the events again; nothing doubles.
public final class PipelineService: Service {
    private let journal: any Journal & History
    private let provider: any PipelineProvider
    private let directory: DirectoryCache
    private let clock: any RelayClock
    private let logger: Logger
    private let bell = Bell()

    /// Events in one batch: enough to share a commit, few enough to keep its memory small.
    private static let batch = 256

    public init(
        journal: any Journal & History,
        provider: any PipelineProvider,
        directory: DirectoryCache,
        clock: any RelayClock,
        logger: Logger
    ) {
        self.journal = journal
        self.provider = provider
        self.directory = directory
        self.clock = clock
        self.logger = logger
    }

    /// Says that the journal has new events. Without it they are found within a second.
    public func ring() {
        bell.ring()
    }

    public func run() async throws {
        await withGracefulShutdownHandler {
            var failures = 0
            while !Task.isShuttingDownGracefully && !Task.isCancelled {
                do {
                    let count = try await runBatch()
                    failures = 0
                    if count == 0 { await bell.wait(until: clock.now + .seconds(1), clock: clock) }
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

    /// Processes the events at the head of the journal. Returns how many.
    public func runBatch() async throws(StoreError) -> Int {
        let events = try await journal.pendingEvents(after: EventID(0), limit: Self.batch)
        guard !events.isEmpty else { return 0 }
        let pipelines = provider.pipelines
        if pipelines.contains(where: { $0.needs.contains(.directory) }) {
            try await directory.load(for: events, from: journal)
        }
        let context = StageContext(directory: directory, routes: provider.routes)
        let results = events.map { run($0, through: pipelines, in: context) }
        do {
            try await journal.commit(results, at: clock.now)
        } catch {
            // The cache must not take for stored what was not: the events run again, and have to tell it again.
            directory.forget()
            throw error
        }
        return events.count
    }

    private func run(_ event: Event, through pipelines: [Pipeline], in context: StageContext) -> PipelineResult {
        var result = PipelineResult(event: event.id)
        if let change = SessionChange(of: event) { result.records.append(.session(change)) }
        for pipeline in pipelines where pipeline.takes(from: event.source) {
            let (draft, end) = pipeline.run(event, in: context)
            result.records += directory.learn(draft.records)
            result.deliveries += draft.deliveries
            guard case .failed(let stage, let message) = end else { continue }
            logger.warning(
                "A stage failed; the event is a dead letter",
                metadata: [
                    "pipeline": "\(pipeline.name)", "stage": "\(stage)", "event": "\(event.id)", "error": "\(message)",
                ]
            )
            let letter = PlannedDelivery(
                of: event,
                to: "pipeline/\(pipeline.name)",
                lane: nil,
                pipeline: pipeline.name,
                signing: nil
            )
            result.failures.append(StageFailure(stage: stage, message: message, delivery: letter))
        }
        return result
    }
}

/// Wakes one sleeper; a ring with nobody asleep is kept for the next.
private final class Bell: Sendable {
    private struct State: Sendable {
        var hasRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        let sleeper = state.withLock { state in
            if state.sleeper == nil { state.hasRung = true }
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    func wait(until deadline: Timestamp, clock: any RelayClock) async {
        await withTaskGroup { group in
            group.addTask { try? await clock.sleep(until: deadline) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleeper.take() }?.resume()
        }
    }
}

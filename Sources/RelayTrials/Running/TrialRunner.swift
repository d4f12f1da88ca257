internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayFormats
internal import RelayPipeline

/// Runs one test: its documents through the real format and pipeline, and what these decide through the real dispatcher
/// to real destinations, whose receivers and clock are the test's.
struct TrialRunner {
    private let configuration: RelayConfiguration
    private let trial: Trial
    private let clock = TrialClock()
    private let outbox = TrialOutbox()
    private let receivers: TrialReceivers
    private let pipeline: Pipeline
    private let directory = DirectoryCache()
    private var record = TrialRecord()
    /// The last rank accepted under each key, as the journal keeps it.
    private var ranks: [DedupKey: Int?] = [:]
    private var lastID: Int64 = 0

    private struct DedupKey: Hashable {
        var session: String
        var key: String
    }

    init(_ trial: Trial, in configuration: RelayConfiguration) {
        self.configuration = configuration
        self.trial = trial
        receivers = TrialReceivers(configuration, answers: trial.answers, clock: clock)
        pipeline = Pipeline(trial.pipeline)
    }

    static func run(_ trial: Trial, in configuration: RelayConfiguration) -> TrialRecord {
        var runner = TrialRunner(trial, in: configuration)
        for document in trial.documents { runner.take(document) }
        runner.dispatch()
        return runner.finished
    }

    private mutating func take(_ document: TrialDocument) {
        guard let format = BuiltInFormats.format(named: trial.source.format) else {
            record.problems.append("the source has the unknown format \(trial.source.format)")
            return
        }
        do throws(FormatError) {
            for event in try events(document, format) { accept(event) }
        } catch {
            record.problems.append("\(document.label) is not taken: \(error)")
        }
    }

    /// As an intake reads a document: the address's session, then the document's own, then the source's.
    private func events(_ document: TrialDocument, _ format: any EventFormat) throws(FormatError) -> [NewEvent] {
        var context = FormatContext(session: trial.session, receivedAt: clock.wall)
        do throws(FormatError) {
            return try format.events(from: document.bytes, context: context)
        } catch {
            guard error.code == .missingSession, error.pointer == nil, trial.session == nil else { throw error }
        }
        context.session = trial.source.session
        return try format.events(from: document.bytes, context: context)
    }

    private mutating func accept(_ event: NewEvent) {
        guard isNew(event) else {
            let drop = TrialRecord.Drop(
                by: ExpectationReader.duplicate, reason: "it had come before", event: event.type)
            record.drops.append(drop)
            return
        }
        let stored = Event(
            id: EventID(nextID()),
            source: trial.source.name,
            type: event.type,
            session: event.session,
            chat: event.chat,
            occurredAt: event.occurredAt,
            receivedAt: clock.wall,
            payload: event.payload
        )
        directory.expect([stored])
        let identified = directory.identified(stored)
        directory.expect([identified])
        let context = StageContext(directory: directory, routes: receivers, clock: clock)
        guard case .ended(let draft, let end) = pipeline.run(identified, in: context) else {
            record.problems.append("a stage waits for something that a test does not have")
            return
        }
        directory.learn(draft.records)
        for delivery in draft.deliveries { outbox.insert(DeliveryID(nextID()), delivery, at: clock.now) }
        switch end {
        case .completed: break
        case .dropped(let stage, let reason):
            record.drops.append(TrialRecord.Drop(by: stage, reason: reason, event: event.type))
        case .failed(let stage, let message):
            record.failures.append(TrialRecord.Failure(stage: stage, message: message, event: event.type))
        }
    }

    /// Whether the journal would accept it: a key that it does not have, or a rank above the last.
    private mutating func isNew(_ event: NewEvent) -> Bool {
        guard let key = event.dedupKey.map({ DedupKey(session: event.session, key: $0) }) else { return true }
        if let known = ranks[key] {
            guard let rank = event.rank, rank > known ?? -1 else { return false }
        }
        ranks[key] = .some(event.rank)
        return true
    }

    private mutating func nextID() -> Int64 {
        lastID = SortableID.next(after: lastID, at: clock.now)
        return lastID
    }

    /// Lets the dispatcher work until nothing is left to send, and time pass whenever all is at rest.
    private func dispatch() {
        let delivery = configuration.delivery
        let dispatcher = Dispatcher(
            outbox: outbox,
            destinations: receivers,
            clock: clock,
            configuration: .init(
                capacity: delivery.maxInFlight,
                breaker: .init(
                    failures: delivery.breaker.failures,
                    initialPause: delivery.breaker.probeInterval,
                    maxPause: delivery.breaker.maxProbeInterval
                )
            ),
            // Jitter takes nothing off: every wait is as long as it can be, and the same each time.
            random: { 1 },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let executor = TrialExecutor()
        let service = Task(executorPreference: executor) { try await dispatcher.run() }
        executor.runUntilRest()
        while !outbox.isDone, clock.advance() { executor.runUntilRest() }
        service.cancel()
        executor.runUntilRest()
    }

    private var finished: TrialRecord {
        var record = record
        record.deliveries = outbox.entries.compactMap { entry in
            guard let receiver = receivers.entry(entry.planned.destination) else { return nil }
            return TrialRecord.Delivery(
                to: receiver.shown,
                event: entry.planned.type,
                state: entry.state,
                deadReason: entry.deadReason,
                lastError: entry.lastError,
                requests: receiver.receiver.requests(of: entry.id),
                signing: entry.planned.signing,
                secret: receiver.secret
            )
        }
        return record
    }
}

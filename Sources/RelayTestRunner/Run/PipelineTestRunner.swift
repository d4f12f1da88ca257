internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import RelayFormats
internal import RelayPipeline
internal import RelaySources

/// Runs one test: its documents pass through the real format, pipeline service, dispatcher and destinations. Only
/// external parts are simulated: receivers, gateways, files, the clock, and the store.
struct PipelineTestRunner {
    private let configuration: RelayConfiguration
    private let test: PipelineTest
    private let clock: SkippingTestClock
    private let executor = CallingThreadTaskExecutor()
    private let outbox = InMemoryOutbox()
    private let journal: InMemoryTestStore
    private let receivers: ScriptedDestinations
    private let media: ScriptedMediaFetcher?
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private var record = PipelineTestRecord()
    private var hasEvents = false

    private init(_ test: PipelineTest, in configuration: RelayConfiguration) {
        self.configuration = configuration
        self.test = test
        clock = SkippingTestClock(startingAt: test.start)
        journal = InMemoryTestStore(test, outbox: outbox, clock: clock)
        receivers = ScriptedDestinations(configuration, answers: test.answers, clock: clock)
        media = test.files.map { [clock] in ScriptedMediaFetcher($0, in: configuration, clock: clock) }
    }

    static func run(_ test: PipelineTest, in configuration: RelayConfiguration) -> PipelineTestRecord {
        var runner = PipelineTestRunner(test, in: configuration)
        runner.takeDocuments()
        if runner.record.problems.isEmpty, !runner.hasEvents {
            runner.record.problems.append("nothing in it makes an event; is the test's `source` right?")
        }
        runner.serve()
        return runner.finished
    }

    private mutating func takeDocuments() {
        let reader = SourceDocumentReader(
            source: test.source.name,
            format: test.source.format.init(),
            defaultSession: test.source.session,
            keepsRaw: test.source.keepsRaw,
            originalHeaders: configuration.originalHeaders(ofSource: test.source.name),
            resends: ChatwootResendFilter(ledger: receivers.ledger, destinations: configuration.sentMessagesLedgers),
            files: .identified
        )
        for document in test.documents { take(document, with: reader) }
    }

    private mutating func take(_ document: PipelineTestDocument, with reader: SourceDocumentReader) {
        let (session, now) = (test.session, clock.wall)
        let read = executor.run { () -> Result<ParsedDocument, IntakeError> in
            do throws(IntakeError) {
                return .success(try await reader.read(document.bytes, session: session, at: now))
            } catch {
                return .failure(error)
            }
        }
        switch read {
        case .success(let parsed):
            for event in parsed.events { media?.learn(event) }
            hasEvents = hasEvents || !parsed.events.isEmpty
            journal.take(parsed.events, source: reader.source, at: now)
            record.problems += parsed.rejected.map { "\(document.label) is not taken whole: \($0)" }
        case .failure(let error):
            record.problems.append("\(document.label) is not taken: \(error)")
        case nil:
            record.problems.append("\(document.label) is not taken: reading it did not end")
        }
    }

    // MARK: Services

    /// Runs the pipeline service and the dispatcher until nothing is left to do. Advances the clock whenever all tasks
    /// wait.
    private func serve() {
        let pipelines = PipelineService(
            journal: journal,
            provider: FixedPipelineProvider(pipeline: Pipeline(test.pipeline), routes: receivers),
            directory: DirectoryCache(),
            media: media,
            gateways: test.lookups.map { ScriptedGatewayLookup($0, clock: clock, executor: executor) },
            clock: clock,
            logger: logger
        )
        let dispatcher = dispatcher
        var upstream = [start { try await pipelines.run() }]
        if let media {
            let late = LateMediaService(
                store: journal, media: media, clock: clock, logger: logger, onAnnounce: { pipelines.wake() })
            upstream.append(start { try await late.run() })
            upstream.append(start { [journal] in for await _ in journal.newLateMedia { late.wake() } })
        }
        let downstream = start { try await dispatcher.run() }
        repeat {
            executor.runUntilRest()
            // These services poll every second, which would make a test of a day's retries slow.
            if journal.isDone, !upstream.isEmpty {
                for task in upstream { task.cancel() }
                upstream = []
                executor.runUntilRest()
            }
        } while !(journal.isDone && outbox.isDone) && clock.advance()
        for task in upstream + [downstream] { task.cancel() }
        executor.runUntilRest()
    }

    private func start(_ service: @escaping @Sendable () async throws -> Void) -> Task<Void, any Error> {
        Task(executorPreference: executor) { try await service() }
    }

    private var dispatcher: Dispatcher {
        let delivery = configuration.delivery
        return Dispatcher(
            outbox: outbox,
            destinations: receivers,
            clock: clock,
            configuration: .init(
                capacity: delivery.maxInFlight,
                breaker: delivery.breaker
            ),
            // The maximum, so that jitter does not shorten any wait and every run is the same.
            random: { 1 },
            logger: logger
        )
    }

    private var finished: PipelineTestRecord {
        var record = record
        record.drops = journal.drops
        record.failures = journal.failures
        record.deliveries = outbox.entries.compactMap { entry in
            guard let receiver = receivers.entry(entry.planned.destination) else { return nil }
            return PipelineTestRecord.Delivery(
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

/// The pipeline under test is the only one.
private struct FixedPipelineProvider: PipelineProvider {
    let pipeline: Pipeline
    let routes: any DeliveryTargetResolver

    var pipelines: [Pipeline] { [pipeline] }
}

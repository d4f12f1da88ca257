internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayJSON
internal import RelayMedia
internal import RelayPipeline
internal import RelaySources
internal import Synchronization

/// What the REST routes need of the running relay.
final class RelayController: RelayControl {
    let store: any RelayStore
    let registry: DestinationRegistry
    let dispatcher: Dispatcher
    let directory: DirectoryCache
    private let journal: NotifyingJournal
    let reloader: ConfigurationReloader
    let depot: any MediaStore
    let links: MediaLinks
    let pipelineService: PipelineService
    let replays: ReplayService
    let clock: any RelayClock
    private let intakes: Mutex<IntakeRegistry>
    private let phase = Mutex(Phase.starting)

    enum Phase: Sendable { case starting, running, draining }

    init(
        store: any RelayStore,
        registry: DestinationRegistry,
        dispatcher: Dispatcher,
        directory: DirectoryCache,
        journal: NotifyingJournal,
        reloader: ConfigurationReloader,
        media: MediaComponents,
        pipelines: PipelineService,
        replays: ReplayService,
        clock: any RelayClock
    ) {
        self.store = store
        self.registry = registry
        self.dispatcher = dispatcher
        self.directory = directory
        self.journal = journal
        self.reloader = reloader
        depot = media.depot
        links = media.links
        pipelineService = pipelines
        self.replays = replays
        self.clock = clock
        intakes = Mutex(
            IntakeRegistry(
                reloader.current.configuration, journal: journal, ledger: store, depot: media.depot, clock: clock))
    }

    func enter(_ phase: Phase) {
        self.phase.withLock { $0 = phase }
    }

    /// A new generation is in force.
    func use(_ generation: ConfigurationGeneration) {
        let fresh = IntakeRegistry(
            generation.configuration, journal: journal, ledger: store, depot: depot, clock: clock)
        intakes.withLock { $0 = fresh }
        dispatcher.destinationsChanged()
    }

    // MARK: In

    func ingest(
        source: String,
        path: [String],
        body: [UInt8],
        header: @Sendable (String) -> String?
    ) async throws(APIError) -> [AcceptanceResult] {
        let intake = try intakes.withLock { intakes throws(APIError) in try intakes.intake(source) }
        let session: String?
        do { session = try intake.session(in: path) } catch { throw APIError(error) }
        return try await accept(body, by: intake, session: session, header: header)
    }

    func acceptNative(session: String, body: [UInt8]) async throws(APIError) -> [AcceptanceResult] {
        let native = intakes.withLock { $0.native }
        return try await accept(body, by: native, session: session) { _ in nil }
    }

    private func accept(
        _ body: [UInt8],
        by intake: Intake,
        session: String?,
        header: @Sendable (String) -> String?
    ) async throws(APIError) -> [AcceptanceResult] {
        guard !isDraining else {
            throw .unavailable("The relay is shutting down; post again in a moment.", retryAfter: 5)
        }
        do {
            return try await intake.accept(body: body, session: session, header: header)
        } catch {
            throw APIError(error)
        }
    }

    func challenge(source: String, query: [String: String]) -> String? {
        (try? intakes.withLock { intakes throws(APIError) in try intakes.intake(source) })?.challenge(query: query)
    }

    func checkWebhook(_ webhook: Webhook) throws(APIError) {
        var problems: [APIError.Problem] = []
        let generation = reloader.current
        do { try generation.egress.check(url: webhook.url) } catch {
            problems.append(.init(pointer: "/url", error.message))
        }
        do { _ = try generation.configuration.retryPolicy(from: webhook.retry) } catch {
            problems.append(.init(pointer: "/retry" + error.pointer, error.message))
        }
        if let text = webhook.rateLimit, RateLimit(text) == nil {
            problems.append(.init(pointer: "/rate_limit", "is no rate: write for example 20/s, 600/m or 1000/h"))
        }
        guard problems.isEmpty else { throw .validation(problems) }
    }

    func webhooksChanged() async {
        // A failure leaves the webhooks as they were; the next change or restart sets it right.
        guard let webhooks = try? await store.webhooks() else { return }
        registry.use(webhooks: webhooks, in: reloader.current.configuration)
        directory.forget()
        dispatcher.destinationsChanged()
    }

    func deliveriesRequeued() async {
        // Stage failures among them run their events again.
        pipelineService.rescan()
        dispatcher.probe()
    }

    // MARK: The process

    func pipelines() async -> [PipelineStatus] {
        reloader.current.configuration.pipelines.map { pipeline in
            PipelineStatus(
                name: pipeline.name,
                file: pipeline.file,
                from: pipeline.from,
                stages: pipeline.steps.map { .init(id: $0.id, kind: $0.kind) }
            )
        }
    }

    func configuration() async -> ConfigurationStatus {
        let generation = reloader.current
        return ConfigurationStatus(
            generation: generation.mark,
            loadedAt: generation.loadedAt,
            failure: reloader.failure,
            configuration: generation.configuration.scrubbed
        )
    }

    func reload() async throws(APIError) -> ReloadResult {
        do {
            let (generation, notes) = try await reloader.reload()
            return ReloadResult(generation: generation.number, loadedAt: generation.loadedAt, warnings: notes)
        } catch let error as ConfigurationError {
            let mistakes = error.diagnostics.filter { $0.severity == .error }
            throw APIError(
                status: 422,
                code: "configuration_invalid",
                message: "The configuration has \(mistakes.count) mistake(s); the old one stays in use.",
                details: .array(error.diagnostics.map { .string($0.description) })
            )
        } catch {
            throw APIError(
                status: 422,
                code: "configuration_invalid",
                message: "The new configuration cannot be used; the old one stays in use. \(error)"
            )
        }
    }

    var isReady: Bool { phase.withLock { $0 == .running } }
    var isDraining: Bool { phase.withLock { $0 == .draining } }

    func readiness() async -> Readiness {
        switch phase.withLock({ $0 }) {
        case .starting: return Readiness(isReady: false, reasons: ["starting"])
        case .draining: return Readiness(isReady: false, reasons: ["draining"])
        case .running: break
        }
        do {
            _ = try await store.pendingEvents(after: EventID(.max), limit: 1)
            return Readiness(isReady: true)
        } catch {
            return Readiness(isReady: false, reasons: ["store: \(error.message)"])
        }
    }
}

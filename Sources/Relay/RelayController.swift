internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayJSON
internal import RelayPipeline
internal import RelaySources
internal import Synchronization

/// What the REST routes need of the running relay.
final class RelayController: RelayControl {
    private let store: any RelayStore
    private let registry: DestinationRegistry
    private let dispatcher: Dispatcher
    private let directory: DirectoryCache
    private let journal: RingingJournal
    private let reloader: Reloader
    private let clock: any RelayClock
    private let intakes: Mutex<Intakes>
    private let phase = Mutex(Phase.starting)

    enum Phase: Sendable { case starting, running, draining }

    init(
        store: any RelayStore,
        registry: DestinationRegistry,
        dispatcher: Dispatcher,
        directory: DirectoryCache,
        journal: RingingJournal,
        reloader: Reloader,
        clock: any RelayClock
    ) {
        self.store = store
        self.registry = registry
        self.dispatcher = dispatcher
        self.directory = directory
        self.journal = journal
        self.reloader = reloader
        self.clock = clock
        intakes = Mutex(Intakes(reloader.current.configuration, journal: journal, clock: clock))
    }

    func enter(_ phase: Phase) {
        self.phase.withLock { $0 = phase }
    }

    /// A new generation is in force.
    func use(_ generation: Generation) {
        let fresh = Intakes(generation.configuration, journal: journal, clock: clock)
        intakes.withLock { $0 = fresh }
        dispatcher.destinationsChanged()
    }

    // MARK: In

    func ingest(
        source: String,
        session: String?,
        body: [UInt8],
        header: @Sendable (String) -> String?
    ) async throws(APIError) -> [Acceptance] {
        let intake = try intakes.withLock { intakes throws(APIError) in try intakes.intake(source) }
        return try await accept(body, by: intake, session: session, header: header)
    }

    func acceptNative(session: String, body: [UInt8]) async throws(APIError) -> [Acceptance] {
        let native = intakes.withLock { $0.native }
        return try await accept(body, by: native, session: session) { _ in nil }
    }

    private func accept(
        _ body: [UInt8],
        by intake: Intake,
        session: String?,
        header: @Sendable (String) -> String?
    ) async throws(APIError) -> [Acceptance] {
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

    // MARK: Destinations

    func destinations() async throws(APIError) -> [DestinationStatus] {
        let entries = registry.entries
        do {
            let figures = try await store.figures().reduce(into: [:]) { $0[$1.destination] = $1 }
            let pauses = try await store.pauses().reduce(into: [:]) { $0[$1.destination] = $1 }
            let keys = Set(entries.keys).union(figures.keys.filter { !$0.hasPrefix("pipeline/") }).sorted()
            return keys.map { status($0, entry: entries[$0], figures: figures[$0], pause: pauses[$0]) }
        } catch {
            throw APIError(error)
        }
    }

    func destination(_ key: String) async throws(APIError) -> DestinationStatus {
        guard let status = try await destinations().first(where: { $0.key == key }) else {
            throw .notFound("There is no destination \"\(key)\". GET /api/v1/destinations lists them.")
        }
        return status
    }

    private func status(
        _ key: String,
        entry: DestinationRegistry.Entry?,
        figures: DestinationFigures?,
        pause: DestinationPause?
    ) -> DestinationStatus {
        let standing = dispatcher.standing(of: key)
        let breaker = standing?.breaker
        let breakerState: DestinationStatus.Breaker.State =
            switch breaker?.state {
            case .open: .open
            case .probing: .halfOpen
            case .closed, nil: .closed
            }
        let settings = entry?.destination.settings
        return DestinationStatus(
            key: key,
            kind: entry?.kind,
            target: entry?.destination.target,
            session: entry?.session,
            state: state(entry: entry, pause: pause, breaker: breaker),
            ordering: settings?.ordering,
            maxInFlight: settings?.maxInFlight,
            rateLimit: settings?.rateLimit,
            counts: figures?.counts ?? [:],
            oldestQueuedAt: figures?.oldestQueuedAt,
            inFlight: standing?.inFlight ?? 0,
            breaker: .init(
                state: breakerState,
                consecutiveFailures: breaker?.failuresInRow ?? 0,
                nextProbeAt: breaker?.opensAt
            )
        )
    }

    private func state(
        entry: DestinationRegistry.Entry?,
        pause: DestinationPause?,
        breaker: Breaker?
    ) -> DestinationStatus.State {
        guard let entry else { return .removed }
        if !entry.isEnabled { return .paused }
        if let pause { return pause.reason == .gone ? .gone : .paused }
        return breaker.map { $0.state == .closed ? .active : .open } ?? .active
    }

    func pause(_ key: String) async throws(APIError) {
        _ = try await destination(key)
        do {
            try await store.pause(DestinationPause(destination: key, reason: .manual, since: clock.now))
        } catch {
            throw APIError(error)
        }
        dispatcher.setPaused(key, true)
    }

    func resume(_ key: String) async throws(APIError) {
        _ = try await destination(key)
        do {
            _ = try await store.resume(destination: key)
        } catch {
            throw APIError(error)
        }
        dispatcher.setPaused(key, false)
    }

    // MARK: Tests of an address

    func test(destination key: String, event: EventType) async throws(APIError) -> TestResult {
        guard let entry = registry.entry(key), let destination = entry.destination as? WebhookDestination else {
            throw .notFound("There is no destination \"\(key)\" to test. GET /api/v1/destinations lists them.")
        }
        return await probe(destination, session: entry.session ?? "test", event: event, isSigned: entry.isSigned)
    }

    func test(
        url: String,
        session: String,
        webhook: Webhook?,
        event: EventType
    ) async throws(APIError) -> TestResult {
        var tested = webhook ?? Webhook(id: "wh_test", session: session, url: url, createdAt: clock.now)
        tested.url = url
        try checkWebhook(tested)
        let destination = registry.destination(for: tested, in: reloader.current.configuration)
        return await probe(destination, session: session, event: event, isSigned: !tested.secrets.isEmpty)
    }

    private func probe(
        _ destination: WebhookDestination,
        session: String,
        event: EventType,
        isSigned: Bool
    ) async -> TestResult {
        let now = clock.now
        let id = DeliveryID(SortableID.next(after: 0, at: now))
        let sample = Event(
            id: EventID(id.rawValue),
            source: Intakes.apiSource,
            type: event,
            session: session,
            chat: nil,
            occurredAt: now,
            receivedAt: now,
            payload: ["message": "This is a test of the webhook.", "timestamp": .int(now.seconds)]
        )
        let planned = PlannedDelivery(of: sample, to: "test", lane: nil, pipeline: "test", signing: nil)
        let delivery = ClaimedDelivery(
            id: id,
            destination: "test",
            session: session,
            type: event,
            chat: nil,
            attempt: 1,
            attemptInSeries: 1,
            seriesStartedAt: now,
            receivedAt: now,
            signing: isSigned ? .standardWebhooks : nil,
            body: planned.body(for: id)
        )
        do {
            return TestResult(try await destination.probe(delivery, at: clock.wall), url: destination.target)
        } catch {
            return TestResult(error, url: destination.target)
        }
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

    func reload() async throws(APIError) -> ReloadResult {
        do {
            let (generation, notes) = try await reloader.reload()
            return ReloadResult(generation: generation.number, loadedAt: generation.loadedAt, warnings: notes)
        } catch let error as ConfigurationError {
            let mistakes = error.diagnostics.filter { $0.severity == .error }
            throw APIError(
                status: 422,
                code: "configuration_invalid",
                message: "The configuration has \(mistakes.count) mistake(s); the old one goes on.",
                details: .array(error.diagnostics.map { .string($0.description) })
            )
        } catch {
            throw APIError(
                status: 422,
                code: "configuration_invalid",
                message: "The new configuration cannot be used; the old one goes on. \(error)"
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

internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDirectory
internal import RelayHTTPClient
internal import RelayPipeline
internal import RelaySources
internal import ServiceLifecycle

/// The components of a running relay, each created from the ones before it.
struct RelayNodeComponents: Sendable {
    let current: CurrentConfiguration
    let descriptors: FileDescriptorBudget
    let store: any RelayStore
    let engine: CurlEngine
    let media: MediaServices
    let registry: ActiveDestinationRegistry
    let taps = TapRegistry()
    let directory = DirectoryCache()
    let dispatcher: Dispatcher
    let pipelines: PipelineService
    let lateMedia: LateMediaService
    let replays: ReplayService
    let sources: SourceFactory
    let intakes: IntakeRegistry
    let clock: any RelayClock
    let logger: Logger

    /// - Throws: ``StoreError``, ``MediaError``, or an error that prevents the HTTP client from starting.
    init(
        _ current: CurrentConfiguration,
        nodeStore: OpenedStore,
        clock: any RelayClock,
        logger: Logger
    ) async throws {
        let generation = current.generation
        let configuration = generation.configuration
        self.clock = clock
        self.logger = logger
        self.current = current
        descriptors = FileDescriptorBudget.raised()
        if descriptors.requests < configuration.delivery.maxInFlight {
            logger.warning(
                "The limit of open files allows fewer requests at the same time than delivery.max_in_flight",
                metadata: ["requests": "\(descriptors.requests)", "open_files": "\(descriptors.limit)"])
        }
        let store = nodeStore.store
        self.store = store
        engine = try CurlEngine(
            configuration: .init(maximumIdleConnections: descriptors.idle), guard: generation.egress, logger: logger)
        media = try await MediaServices(
            current,
            staging: nodeStore.path + ".staging",
            secret: nodeStore.mediaLinkKey,
            engine: engine,
            clock: clock,
            logger: logger
        )
        registry = ActiveDestinationRegistry(engine: engine, ledger: store, media: media, clock: clock, logger: logger)
        try await registry.use(generation, webhooksFrom: store)
        dispatcher = Dispatcher(
            outbox: store,
            destinations: registry,
            clock: clock,
            configuration: .init(configuration.delivery, descriptors: descriptors),
            taps: taps,
            logger: logger
        )
        let pipelines = PipelineService(
            journal: store,
            provider: registry,
            directory: directory,
            media: media.fetcher,
            gateways: LookupService(sender: engine, clock: clock, logger: logger),
            taps: taps,
            marker: EventRunMarkerFile(path: nodeStore.path + ".running", logger: logger),
            clock: clock,
            logger: logger
        )
        self.pipelines = pipelines
        store.process(with: pipelines.newEvents)
        store.claim(with: dispatcher)
        lateMedia = LateMediaService(store: store, media: media.fetcher, clock: clock, logger: logger) {
            pipelines.wake()
        }
        replays = ReplayService(store: store, pipelines: pipelines, clock: clock, logger: logger)
        sources = SourceFactory(
            environment: TransportBuildContext(
                journal: store,
                rejectedDocuments: store,
                clock: clock,
                logger: logger,
                statePath: nodeStore.path
            ),
            ledger: store,
            media: media.mediaStore
        )
        intakes = IntakeRegistry(api: sources.api, sources: sources.sources(of: configuration))
    }

    /// Makes the unfinished work of an earlier process due again.
    func recover() async throws -> StoreRecoveryReport {
        let fallback = current.generation.configuration.retryPolicies["default"] ?? RetryPolicy()
        return try await store.recover(at: clock.now) { [registry] key in
            registry.destination(key)?.settings.retry.maxAttempts ?? fallback.maxAttempts
        }
    }

    /// Activates a new generation, and returns notes for the operator.
    func use(_ generation: LoadedConfiguration) async throws -> [String] {
        let old = current.generation
        engine.replace(guard: generation.egress)
        do {
            try await registry.use(generation, webhooksFrom: store)
        } catch {
            engine.replace(guard: old.egress)
            throw error
        }
        intakes.use(sources.sources(of: generation.configuration))
        dispatcher.destinationsChanged()
        // The generation is in force: whatever cannot be found out now does not make it wrong.
        let parked = (try? await OrphanedDeliveryWarning.all(in: store, besides: registry)) ?? []
        for waiting in parked { waiting.log(to: logger) }
        return parked.map(\.description)
    }

    /// Reads webhooks and pauses anew, which another node may have changed.
    func followStore() async throws {
        try await registry.use(current.generation, webhooksFrom: store)
        try await dispatcher.followPauses()
        dispatcher.destinationsChanged()
        pipelines.wake()
    }

    /// The services of the relay except the HTTP server. They shut down in reverse order: first the readers of sources,
    /// then the pipelines, then the requests in flight.
    func services() -> [any Service] {
        let retention = RetentionService(
            store: store,
            retention: { [current] in current.generation.configuration.store.retention },
            mediaStore: media.mediaStore,
            mediaRetention: { [current] in current.generation.configuration.media.retention },
            clock: clock,
            logger: logger
        )
        return [engine, media.fetcher, dispatcher, lateMedia, pipelines, replays, retention]
            + sources.readers(of: current.generation.configuration)
    }
}

extension Dispatcher.Configuration {
    fileprivate init(_ delivery: RelayConfiguration.Delivery, descriptors: FileDescriptorBudget) {
        self.init(
            capacity: min(delivery.maxInFlight, descriptors.requests),
            breaker: delivery.breaker,
            grace: delivery.shutdownGrace
        )
    }
}

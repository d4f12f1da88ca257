internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import RelayAPI
internal import RelayConfig
package import RelayCore
internal import RelayDelivery
internal import RelayDirectory
internal import RelayHTTPClient
internal import RelayMedia
internal import RelayPipeline
internal import RelaySQLite
internal import RelaySources
internal import ServiceLifecycle

/// One running relay: the configuration turned into services around one store.
package final class RelayNode: Sendable {
    /// What a start found and did, for those who started it.
    package struct Started: Sendable {
        /// Where it listens, as `http://127.0.0.1:3100`.
        package let address: String
        /// The store's file.
        package let data: String
        /// The API key that was made because there was none: shown once, kept as a digest only.
        package let newKey: String?
        /// Deliveries that an earlier process had under way.
        package let recovered: RecoveryReport
        /// Deliveries waiting.
        package let queued: Int
        /// What waits for destinations that are gone, and what to do about it: a line each.
        package let parked: [String]
    }

    private let configuration: RelayConfiguration
    private let data: String
    private let store: SQLiteStore
    private let engine: CurlEngine
    private let registry: DestinationRegistry
    private let dispatcher: Dispatcher
    private let pipelines: PipelineService
    private let media: MediaComponents
    private let lateMedia: LateMediaService
    private let replays: ReplayService
    private let reloader: ConfigurationReloader
    private let controller: RelayController
    private let keys: APIKeyring
    private let newKey: String?
    private let recovered: RecoveryReport
    private let journal: NotifyingJournal
    private let taps = TapRegistry()
    private let clock: any RelayClock
    private let logger: Logger

    /// Opens the store, recovers what an earlier process left, and builds the services. Nothing is sent yet.
    /// - Throws: ``StoreError`` and ``EgressGuard/ParseError``, with what to do about them.
    package init(
        _ generation: ConfigurationGeneration,
        environment: [String: String],
        clock: any RelayClock = SystemClock(),
        logger: Logger
    ) async throws {
        configuration = generation.configuration
        self.clock = clock
        self.logger = logger
        let path = try Self.path(of: configuration.store)
        data = path
        let secretKey = try SecretKey.load(
            file: path + ".key",
            environmentValue: environment["ZAPHUB_SECRET_KEY"],
            store: path
        )
        store = try await SQLiteStore.open(path: path, secretKey: secretKey, clock: clock, logger: logger)
        (keys, newKey) = try await Self.keyring(store, environment: environment)

        engine = try CurlEngine(guard: generation.egress, logger: logger)
        let reloading = Later<ConfigurationReloader>()
        media = try await MediaComponents(
            configuration,
            staging: path + ".staging",
            secret: secretKey.derived(for: "media links"),
            inForce: { [configuration] in reloading.value?.current.configuration ?? configuration },
            engine: engine,
            clock: clock,
            logger: logger
        )
        let registry = DestinationRegistry(engine: engine, ledger: store, media: media, clock: clock, logger: logger)
        self.registry = registry
        registry.use(generation, webhooks: try await store.webhooks())
        let fallback = configuration.retryPolicies["default"] ?? RetryPolicy()
        recovered = try await store.recover(at: clock.now) { key in
            registry.destination(key)?.settings.retry.maxAttempts ?? fallback.maxAttempts
        }

        dispatcher = Dispatcher(
            outbox: store,
            destinations: registry,
            clock: clock,
            configuration: .init(
                capacity: configuration.delivery.maxInFlight,
                breaker: .init(
                    failures: configuration.delivery.breaker.failures,
                    initialPause: configuration.delivery.breaker.probeInterval,
                    maxPause: configuration.delivery.breaker.maxProbeInterval
                ),
                grace: configuration.delivery.shutdownGrace
            ),
            taps: taps,
            logger: logger
        )
        let directory = DirectoryCache()
        let later = Later<RelayController>()
        reloader = ConfigurationReloader(
            generation,
            path: generation.configuration.file,
            environment: environment,
            clock: clock,
            logger: logger
        ) { [store, engine, logger] generation in
            let webhooks = try await store.webhooks()
            engine.replace(guard: generation.egress)
            registry.use(generation, webhooks: webhooks)
            later.value?.use(generation)
            // The generation is in force: whatever cannot be found out now does not make it wrong.
            let parked = (try? await ParkedDeliveries.all(in: store, besides: registry)) ?? []
            for waiting in parked { waiting.log(to: logger) }
            return parked.map(\.description)
        }
        reloading.value = reloader
        let pipelines = PipelineService(
            journal: store,
            provider: registry,
            directory: directory,
            media: media.fetcher,
            gateways: LookupService(sender: engine, clock: clock, logger: logger),
            taps: taps,
            clock: clock,
            logger: logger
        )
        self.pipelines = pipelines
        lateMedia = LateMediaService(store: store, media: media.fetcher, clock: clock, logger: logger) {
            pipelines.ring()
        }
        replays = ReplayService(store: store, pipelines: pipelines, clock: clock, logger: logger)
        journal = NotifyingJournal(base: store, pipelines: pipelines)
        controller = RelayController(
            store: store,
            registry: registry,
            dispatcher: dispatcher,
            directory: directory,
            journal: journal,
            reloader: reloader,
            media: media,
            pipelines: pipelines,
            replays: replays,
            clock: clock
        )
        later.value = controller
    }

    /// The key of the environment, and those of the store; on the first start without either, a fresh one.
    private static func keyring(
        _ store: SQLiteStore,
        environment: [String: String]
    ) async throws -> (APIKeyring, newKey: String?) {
        var digests = try await store.apiKeyDigests()
        if let key = environment["ZAPHUB_API_KEY"], !key.isEmpty {
            digests.append(APIKeyring.digest(of: key))
            return (APIKeyring(digests: digests), nil)
        }
        guard digests.isEmpty else { return (APIKeyring(digests: digests), nil) }
        let key = APIKeyring.generate()
        return (APIKeyring(digests: [APIKeyring.digest(of: key)]), key)
    }

    /// Runs until a signal, or the task's cancellation, ends it.
    /// - Parameters:
    ///   - handlesSignals: whether SIGTERM, SIGINT and SIGHUP are taken; tests leave them alone.
    ///   - watchesConfiguration: whether a change of the configuration's files is taken over at once.
    ///   - onReady: is called once, when it listens.
    package func run(
        handlesSignals: Bool = true,
        watchesConfiguration: Bool = false,
        onReady: @escaping @Sendable (Started) -> Void
    ) async throws {
        let api = RelayAPI(
            configuration: .init(maxBody: configuration.server.maxBody),
            store: store,
            control: controller,
            taps: taps,
            keys: keys,
            clock: clock,
            logger: logger
        )
        let queued = try await store.countDeliveries(DeliveryFilter(states: [.queued]))
        let parked = try await ParkedDeliveries.all(in: store, besides: registry)
        for waiting in parked { waiting.log(to: logger) }
        // Only now that it can be shown: a start that fails before must not leave a key behind that nobody knows.
        let keep: @Sendable (String?, Logger) async -> Void = { [store, clock] key, logger in
            guard let key else { return }
            do {
                try await store.addAPIKey(digest: APIKeyring.digest(of: key), name: "first", at: clock.now)
            } catch {
                logger.error(
                    "The API key could not be stored; it ends with this process", metadata: ["error": "\(error)"])
            }
        }
        let server = Application(
            router: api.makeRouter(),
            server: .http1(configuration: Self.limits),
            configuration: .init(
                address: .hostname(configuration.server.host, port: configuration.server.port),
                serverName: nil,
                backlog: 4096,
                availableConnectionsDelegate: MaximumAvailableConnections(10_000)
            ),
            onServerRunning: { [controller, configuration, data, newKey, recovered, logger] channel in
                await keep(newKey, logger)
                controller.enter(.running)
                let port = channel.localAddress?.port ?? configuration.server.port
                let host =
                    configuration.server.host.contains(":")
                    ? "[\(configuration.server.host)]" : configuration.server.host
                onReady(
                    Started(
                        address: "http://\(host):\(port)",
                        data: data,
                        newKey: newKey,
                        recovered: recovered,
                        queued: queued,
                        parked: parked.map(\.description)
                    )
                )
            },
            logger: logger
        )
        // Shut down from the last to the first: no new events, then the pipelines, then what is under way.
        var services: [any Service] = [engine, media.fetcher, dispatcher, lateMedia, pipelines, replays, retention]
        services += readers
        if watchesConfiguration {
            services.append(
                ConfigurationWatcher(file: configuration.file, clock: clock) { [reloader] in
                    _ = try? await reloader.reload()
                }
            )
        }
        services += [server, TapShutdownService(taps: taps)]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .ignore) },
                logger: logger
            )
        )
        try await run(group, handlesSignals: handlesSignals)
        await store.close()
    }

    /// What a connection may cost: an idle or dripping one is closed, and headers are small.
    private static let limits = HTTP1Channel.Configuration(
        idleTimeout: .seconds(60),
        httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16 << 10,
            maxHeaderListSize: 32 << 10,
            maxHeaderFieldCount: 100
        )
    )

    private func run(_ group: ServiceGroup, handlesSignals: Bool) async throws {
        guard handlesSignals else { return try await group.run() }
        let signals = SignalService(
            logger: logger,
            onShutdown: { [controller] in
                controller.enter(.draining)
                await group.triggerGracefulShutdown()
            },
            onReload: { [reloader] in _ = try? await reloader.reload() }
        )
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await signals.run() }
            try await group.run()
            tasks.cancelAll()
        }
    }

    private var retention: RetentionService {
        RetentionService(
            store: store,
            retention: { [reloader] in reloader.current.configuration.store.retention },
            depot: media.depot,
            mediaRetention: { [reloader] in reloader.current.configuration.media.retention },
            clock: clock,
            logger: logger
        )
    }

    private var readers: [any Service] {
        var readers: [any Service] = []
        for source in configuration.sources {
            let input: LineReaderService.Input
            switch source.transport {
            case "stdin": input = .standardInput
            case "file": input = .file(path: source.path ?? "", position: "\(data).\(source.name).position")
            default: continue
            }
            let intake = Intake(source, journal: journal, depot: media.depot, clock: clock)
            readers.append(LineReaderService(input: input, intake: intake, clock: clock, logger: logger))
        }
        return readers
    }

    private static func path(of store: RelayConfiguration.Store) throws -> String {
        switch store.url {
        case .sqlite(let path):
            return path
        case .postgres:
            throw StoreError(
                .unavailable,
                "This build has no PostgreSQL store. Write store.url: sqlite:data/zaphub.db in the configuration."
            )
        }
    }
}

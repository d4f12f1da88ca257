package import Logging
internal import RelayAPI
internal import RelayConfig
package import RelayCore
internal import ServiceLifecycle

/// One running relay: the configuration turned into services around one store.
package final class RelayNode: Sendable {
    /// What a start found and did, for those who started it.
    package struct Started: Sendable {
        /// Where it listens, as `http://127.0.0.1:3000`.
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

    /// As it was at the start: what a reload cannot change comes from here.
    private let configuration: RelayConfiguration
    private let nodeStore: OpenedStore
    private let components: NodeComponents
    private let reloader: ConfigurationReloader
    private let process: ProcessState
    private let recovered: RecoveryReport
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
        nodeStore = try await OpenedStore(configuration, environment: environment, clock: clock, logger: logger)
        let components = try await NodeComponents(generation, nodeStore: nodeStore, clock: clock, logger: logger)
        self.components = components
        recovered = try await components.recover()
        reloader = ConfigurationReloader(
            components.current, environment: environment, clock: clock, logger: logger
        ) { generation in
            try await components.use(generation)
        }
        process = ProcessState(store: nodeStore.store)
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
        let queued = try await nodeStore.store.countDeliveries(DeliveryFilter(states: [.queued]))
        let parked = try await RemovedDestinationDeliveries.all(in: nodeStore.store, besides: components.registry)
        for waiting in parked { waiting.log(to: logger) }
        let server = HTTPServer.make(api, server: configuration.server, logger: logger) {
            [nodeStore, process, recovered] url in
            await nodeStore.keepNewKey()
            process.enter(.running)
            onReady(
                Started(
                    address: url,
                    data: nodeStore.path,
                    newKey: nodeStore.newKey,
                    recovered: recovered,
                    queued: queued,
                    parked: parked.map(\.description)
                )
            )
        }
        // Shut down from the last to the first: no new events come in before anything else ends.
        var services = components.services()
        if watchesConfiguration {
            services.append(
                ConfigurationWatcher(file: configuration.file, clock: clock) { [reloader] in
                    _ = try? await reloader.reload()
                }
            )
        }
        services += [server, TapShutdownService(taps: components.taps)]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .ignore) },
                logger: logger
            )
        )
        try await run(group, handlesSignals: handlesSignals)
        await nodeStore.close()
    }

    private var api: RelayAPI {
        RelayAPI(
            configuration: .init(maxBody: configuration.server.maxBody),
            store: nodeStore.store,
            intakes: components.intakes,
            controls: RelayControls(components, process: process, reloader: reloader),
            taps: components.taps,
            keys: nodeStore.keys,
            clock: clock,
            logger: logger
        )
    }

    private func run(_ group: ServiceGroup, handlesSignals: Bool) async throws {
        guard handlesSignals else { return try await group.run() }
        let signals = SignalService(
            logger: logger,
            onShutdown: { [process] in
                process.enter(.draining)
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
}

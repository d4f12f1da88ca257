package import Logging
internal import RelayAPI
internal import RelayConfig
package import RelayCore
package import RelayPostgres
internal import ServiceLifecycle

/// One running relay: the services of a configuration, around one store.
package final class RelayNode: Sendable {
    /// Information about a start, for the caller.
    package struct StartInformation: Sendable {
        /// The URL on which the relay listens, such as `http://127.0.0.1:3100`.
        package let address: String
        /// The path of the database file, or the URL of the database without the password.
        package let data: String
        /// The API key that was generated because there was none. It is displayed once; only its digest is stored.
        package let newKey: String?
        /// The deliveries that an earlier process was working on.
        package let recovered: StoreRecoveryReport
        /// The number of waiting deliveries.
        package let queued: Int
        /// Descriptions of deliveries that wait for removed destinations, with instructions, one line each.
        package let parked: [String]
    }

    /// The configuration at the start, for options that a reload does not change.
    private let configuration: RelayConfiguration
    private let nodeStore: OpenedStore
    private let components: RelayNodeComponents
    private let reloader: ConfigurationReloader
    private let process: ProcessState
    private let nodeName: String
    private let startedAt: Timestamp
    private let recovered: StoreRecoveryReport
    private let clock: any RelayClock
    private let logger: Logger

    /// Opens the store, recovers the unfinished work of an earlier process, and creates the services. Nothing is sent
    /// yet.
    /// - Parameter postgres: of a store in a PostgreSQL database; others than the default are for tests.
    /// - Throws: ``StoreError`` and ``EgressGuard/ParseError``, with instructions for fixing them.
    package init(
        _ generation: LoadedConfiguration,
        environment: [String: String],
        postgres: PostgresStore.Configuration = PostgresStore.Configuration(),
        clock: any RelayClock = SystemClock(),
        logger: Logger
    ) async throws {
        configuration = generation.configuration
        self.clock = clock
        self.logger = logger
        startedAt = clock.wall
        nodeName = NodeName.current(environment: environment)
        let current = CurrentConfiguration(generation)
        nodeStore = try await OpenedStore(
            configuration, environment: environment, nodeName: nodeName,
            configurationHash: { current.generation.mark.hash }, postgres: postgres, clock: clock, logger: logger)
        let components = try await RelayNodeComponents(current, nodeStore: nodeStore, clock: clock, logger: logger)
        self.components = components
        recovered = try await components.recover()
        reloader = ConfigurationReloader(
            components.current, environment: environment, clock: clock, logger: logger
        ) { generation in
            try await components.use(generation)
        }
        process = ProcessState(store: nodeStore.store, clock: clock)
    }

    /// Runs until a signal or the cancellation of the task stops it.
    /// - Parameters:
    ///   - handlesSignals: whether to handle SIGTERM, SIGINT and SIGHUP; false in tests.
    ///   - watchesConfiguration: whether to reload the configuration when its files change.
    ///   - onReady: called once, when the relay listens.
    package func run(
        handlesSignals: Bool = true,
        watchesConfiguration: Bool = false,
        onReady: @escaping @Sendable (StartInformation) -> Void
    ) async throws {
        let queued = try await nodeStore.store.countDeliveries(DeliveryFilter(states: [.queued]))
        let parked = try await OrphanedDeliveryWarning.all(in: nodeStore.store, besides: components.registry)
        for waiting in parked { waiting.log(to: logger) }
        let server = HTTPServer.make(
            api, server: configuration.server, grace: configuration.delivery.shutdownGrace,
            maximumConnections: components.descriptors.callers, logger: logger
        ) {
            [nodeStore, process, recovered] url in
            await nodeStore.keepNewKey()
            process.enter(.running)
            onReady(
                StartInformation(
                    address: url,
                    data: nodeStore.name,
                    newKey: nodeStore.newKey,
                    recovered: recovered,
                    queued: queued,
                    parked: parked.map(\.description)
                )
            )
        }
        // Services shut down in reverse order, so that no new events are accepted before other services end.
        var services = components.services()
        services.append(SharedStoreService(store: nodeStore, components: components, logger: logger))
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

    private var nodes: any NodeDirectory {
        let (clock, name, process, current) = (clock, nodeName, process, components.current)
        let startedAt = startedAt
        return nodeStore.nodes
            ?? SingleNodeDirectory(store: nodeStore.store, clock: clock) {
                NodeInformation(
                    number: 1, name: name, version: RelayVersion.current, startedAt: startedAt, seenAt: clock.wall,
                    state: process.isDraining ? .draining : .active, configurationHash: current.generation.mark.hash)
            }
    }

    private var api: RelayAPI {
        RelayAPI(
            configuration: .init(maxBody: configuration.server.maxBody),
            store: nodeStore.store,
            intakes: components.intakes,
            controls: RelayControls(components, process: process, reloader: reloader, nodes: nodes),
            taps: components.taps,
            keys: nodeStore.keys,
            clock: clock,
            logger: logger
        )
    }

    private func run(_ group: ServiceGroup, handlesSignals: Bool) async throws {
        guard handlesSignals else { return try await group.run() }
        let signals = ProcessSignalService(
            logger: logger,
            onShutdown: { [process, nodeStore] in
                process.enter(.draining)
                await nodeStore.drain()
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

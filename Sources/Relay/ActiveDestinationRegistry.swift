internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayPipeline
internal import Synchronization

/// The active destinations and pipelines: configured destinations by generation, and webhooks from the store.
final class ActiveDestinationRegistry: DestinationLookup, PipelineProvider {
    /// A destination with the attributes that the API reports.
    struct Entry: Sendable {
        let destination: any Destination
        let kind: String
        /// The id of the session, for a session's webhook.
        let session: String?
        let isSigned: Bool
        let isEnabled: Bool

        func route(_ key: DestinationKey) -> DeliveryTarget {
            DeliveryTarget(destination: key, settings: destination.settings, isSigned: isSigned)
        }
    }

    fileprivate struct State: Sendable {
        var pipelines: [Pipeline] = []
        var configured: [DestinationKey: Entry] = [:]
        var webhooks: [DestinationKey: Entry] = [:]
        var routes = TargetTable()
    }

    fileprivate struct TargetTable: DeliveryTargetResolver {
        var configured: [DestinationKey: DeliveryTarget] = [:]
        var bySession: [String: [DeliveryTarget]] = [:]

        func route(to name: String) -> DeliveryTarget? { configured[.configured(name)] }
        func webhooks(of session: String) -> [DeliveryTarget] { bySession[session] ?? [] }
    }

    private let engine: CurlEngine
    private let ledger: any ForwardingLedger
    private let media: MediaServices?
    private let clock: any RelayClock
    private let sinks: SharedLineSinks
    private let logger: Logger
    private let state = Mutex(State())

    init(
        engine: CurlEngine,
        ledger: any ForwardingLedger,
        media: MediaServices?,
        clock: any RelayClock,
        logger: Logger
    ) {
        self.engine = engine
        self.ledger = ledger
        self.media = media
        self.clock = clock
        self.logger = logger
        sinks = SharedLineSinks(clock: clock, logger: logger)
    }

    var pipelines: [Pipeline] { state.withLock { $0.pipelines } }
    var routes: any DeliveryTargetResolver { state.withLock { $0.routes } }

    /// Returns nil for a disabled webhook, so that its deliveries stay queued.
    func destination(_ key: DestinationKey) -> (any Destination)? {
        entry(key).flatMap { $0.isEnabled ? $0.destination : nil }
    }

    func entry(_ key: DestinationKey) -> Entry? {
        state.withLock { $0.configured[key] ?? $0.webhooks[key] }
    }

    /// All active destinations by key.
    var entries: [DestinationKey: Entry] {
        state.withLock { state in state.configured.merging(state.webhooks) { configured, _ in configured } }
    }

    func use(_ generation: LoadedConfiguration, webhooks: [SessionWebhook]) {
        let environment = environment(generation)
        var configured: [DestinationKey: Entry] = [:]
        for destination in generation.configuration.destinations {
            configured[.configured(destination.name)] = entry(for: destination, in: environment)
        }
        let hooks = entries(for: webhooks, in: generation)
        state.withLock { state in
            state.pipelines = generation.pipelines
            state.configured = configured
            state.routes.configured = configured.reduce(into: [:]) { $0[$1.key] = $1.value.route($1.key) }
            state.use(hooks, order: webhooks)
        }
    }

    func use(webhooks: [SessionWebhook], in generation: LoadedConfiguration) {
        let hooks = entries(for: webhooks, in: generation)
        state.withLock { $0.use(hooks, order: webhooks) }
    }

    private func environment(_ generation: LoadedConfiguration) -> DestinationBuildContext {
        DestinationBuildContext(
            generation.configuration, sender: engine, sinks: sinks, ledger: ledger, mediaStore: media?.mediaStore,
            fetcher: media?.fetcher, clock: clock)
    }

    private func entries(for webhooks: [SessionWebhook], in generation: LoadedConfiguration)
        -> [DestinationKey: Entry]
    {
        webhooks.reduce(into: [:]) { entries, webhook in
            entries[webhook.destination] = entry(for: webhook, in: generation)
        }
    }

    /// Creates the destination of a session's webhook; returns nil when its options are not valid.
    func entry(for webhook: SessionWebhook, in generation: LoadedConfiguration) -> Entry? {
        guard let reading = generation.webhookOptions.stored(webhook) else {
            logger.error(
                "the options of a webhook cannot be used; set them again", metadata: ["webhook": "\(webhook.id)"])
            return nil
        }
        return entry(
            for: reading.destination, of: webhook.session, isEnabled: webhook.isEnabled, in: environment(generation))
    }

    /// - Parameter session: the id of the session, for a session's webhook.
    private func entry(
        for destination: RelayConfiguration.Destination,
        of session: String? = nil,
        isEnabled: Bool = true,
        in environment: DestinationBuildContext
    ) -> Entry? {
        destination.destination(in: environment).map { made in
            Entry(
                destination: made,
                kind: destination.kind,
                session: session,
                isSigned: !destination.secrets.isEmpty,
                isEnabled: isEnabled
            )
        }
    }
}

extension ActiveDestinationRegistry.State {
    fileprivate mutating func use(_ entries: [DestinationKey: ActiveDestinationRegistry.Entry], order: [SessionWebhook])
    {
        webhooks = entries
        routes.bySession = [:]
        for webhook in order where webhook.isEnabled {
            guard let entry = entries[webhook.destination] else { continue }
            routes.bySession[webhook.session, default: []].append(entry.route(webhook.destination))
        }
    }
}

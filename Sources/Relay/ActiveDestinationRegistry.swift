internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayPipeline
internal import Synchronization

/// The active destinations and pipelines: configured destinations by generation, and webhooks from the store.
///
/// A changed webhook is read from the store and replaced alone; lookups are by key and by session. So neither depends on
/// how many sessions there are.
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

    private struct State: Sendable {
        var generation: LoadedConfiguration?
        var configured: [DestinationKey: Entry] = [:]
        var configuredRoutes: [DestinationKey: DeliveryTarget] = [:]
        var webhooks = ActiveWebhooks()
        /// Webhooks that were changed in the store and not yet here.
        var stale: Set<String> = []
    }

    /// The destinations as pipelines see them: configured ones of the generation, and webhooks as they are now.
    private struct TargetTable: DeliveryTargetResolver {
        let configured: [DestinationKey: DeliveryTarget]
        let registry: ActiveDestinationRegistry

        func route(to name: String) -> DeliveryTarget? { configured[.configured(name)] }
        func webhooks(of session: String) -> [DeliveryTarget] {
            registry.state.withLock { $0.webhooks.routes(of: session) }
        }
    }

    private let engine: CurlEngine
    private let ledger: any ForwardingLedger
    private let media: MediaServices?
    private let clock: any RelayClock
    private let sinks: SharedLineSinks
    private let logger: Logger
    private let state = Mutex(State())
    /// Held while webhooks are read from the store and activated, so that what was read first does not replace what was
    /// read later.
    private let turn = AsyncSemaphore(1)

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

    var pipelines: [Pipeline] { state.withLock { $0.generation?.pipelines ?? [] } }
    var routes: any DeliveryTargetResolver {
        TargetTable(configured: state.withLock { $0.configuredRoutes }, registry: self)
    }

    /// Returns nil for a disabled webhook, so that its deliveries stay queued.
    func destination(_ key: DestinationKey) -> (any Destination)? {
        entry(key).flatMap { $0.isEnabled ? $0.destination : nil }
    }

    func entry(_ key: DestinationKey) -> Entry? {
        state.withLock { $0.configured[key] ?? $0.webhooks.entries[key] }
    }

    /// All active destinations by key.
    var entries: [DestinationKey: Entry] {
        state.withLock { state in state.configured.merging(state.webhooks.entries) { configured, _ in configured } }
    }

    /// Activates a generation, with all webhooks of the store.
    /// - Throws: ``StoreError``; then nothing has changed.
    func use(_ generation: LoadedConfiguration, webhooksFrom store: any SessionStore) async throws {
        guard await turn.wait() else { throw CancellationError() }
        defer { turn.signal() }
        use(generation, webhooks: try await store.webhooks())
    }

    /// Activates a generation, with these webhooks and no others.
    func use(_ generation: LoadedConfiguration, webhooks: [SessionWebhook]) {
        let environment = environment(generation)
        var configured: [DestinationKey: Entry] = [:]
        for destination in generation.configuration.destinations {
            configured[.configured(destination.name)] = entry(for: destination, in: environment)
        }
        var active = ActiveWebhooks()
        for webhook in webhooks {
            if let entry = entry(for: webhook, in: generation) { active.insert(entry, for: webhook) }
        }
        let routes = configured.reduce(into: [:]) { $0[$1.key] = $1.value.route($1.key) }
        state.withLock { state in
            state.generation = generation
            state.configured = configured
            state.configuredRoutes = routes
            state.webhooks = active
            state.stale = []
        }
    }

    /// Activates webhooks as the store has them now, after they were created, changed or deleted.
    func refresh(_ webhooks: [String], from store: any SessionStore) async {
        state.withLock { $0.stale.formUnion(webhooks) }
        guard await turn.wait() else { return }
        defer { turn.signal() }
        // Those of a refresh that failed or was cancelled, too.
        let (ids, generation) = state.withLock { state in
            defer { state.stale = [] }
            return (state.stale, state.generation)
        }
        guard let generation else { return }
        for id in ids {
            do {
                use(try await store.webhook(id), id: id, in: generation)
            } catch {
                logger.error(
                    "A changed webhook could not be read; it stays as it was until the next change of a webhook",
                    metadata: ["webhook": "\(id)", "error": "\(error)"])
                state.withLock { _ = $0.stale.insert(id) }
            }
        }
    }

    /// Activates one webhook more.
    func add(_ webhook: SessionWebhook, in generation: LoadedConfiguration) {
        use(webhook, id: webhook.id, in: generation)
    }

    /// - Parameter webhook: nil: it was deleted.
    private func use(_ webhook: SessionWebhook?, id: String, in generation: LoadedConfiguration) {
        let made = webhook.flatMap { self.entry(for: $0, in: generation) }
        state.withLock { state in
            state.webhooks.remove(id)
            if let webhook, let made { state.webhooks.insert(made, for: webhook) }
        }
    }

    private func environment(_ generation: LoadedConfiguration) -> DestinationBuildContext {
        DestinationBuildContext(
            generation.configuration, sender: engine, sinks: sinks, ledger: ledger, mediaStore: media?.mediaStore,
            fetcher: media?.fetcher, clock: clock)
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

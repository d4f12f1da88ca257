internal import RelayAPI
internal import RelayCore

extension RelayControls {
    /// Creates the controls of a running relay.
    init(_ components: NodeComponents, process: ProcessState, reloader: ConfigurationReloader) {
        let destinations = DestinationController(
            store: components.store,
            registry: components.registry,
            dispatcher: components.dispatcher,
            pipelines: components.pipelines,
            clock: components.clock
        )
        let webhooks = WebhookController(
            store: components.store,
            registry: components.registry,
            dispatcher: components.dispatcher,
            directory: components.directory,
            current: components.current
        )
        self.init(
            process: process,
            configuration: ConfigurationController(current: components.current, reloader: reloader),
            destinations: destinations,
            webhooks: webhooks,
            webhookTests: WebhookTestController(
                registry: components.registry,
                current: components.current,
                clock: components.clock
            ),
            replays: ReplayController(
                store: components.store,
                registry: components.registry,
                destinations: destinations,
                directory: components.directory,
                replays: components.replays,
                current: components.current,
                clock: components.clock
            ),
            media: MediaController(links: components.media.links, mediaStore: components.media.mediaStore)
        )
    }
}

internal import RelayAPI
internal import RelayCore

extension RelayControls {
    /// Creates the controls of a running relay.
    init(
        _ components: RelayNodeComponents, process: ProcessState, reloader: ConfigurationReloader,
        nodes: any NodeDirectory
    ) {
        let destinations = LiveDestinationControl(
            store: components.store,
            registry: components.registry,
            dispatcher: components.dispatcher,
            pipelines: components.pipelines,
            clock: components.clock
        )
        let webhooks = LiveSessionWebhookRuntime(
            store: components.store,
            registry: components.registry,
            dispatcher: components.dispatcher,
            directory: components.directory,
            current: components.current
        )
        self.init(
            process: process,
            configuration: LiveConfigurationControl(current: components.current, reloader: reloader),
            destinations: destinations,
            webhooks: webhooks,
            webhookTests: LiveWebhookTestSender(
                registry: components.registry,
                current: components.current,
                clock: components.clock
            ),
            replays: LiveReplayControl(
                store: components.store,
                registry: components.registry,
                destinations: destinations,
                directory: components.directory,
                replays: components.replays,
                current: components.current,
                clock: components.clock
            ),
            media: SignedMediaFileProvider(
                links: components.media.links,
                mediaStore: components.media.mediaStore,
                inline: components.media.inline
            ),
            nodes: nodes
        )
    }
}

package import RelayCore

/// The operations of the running relay that the routes need in addition to its store and sources, one protocol each.
package struct RelayControls: Sendable {
    package let process: any ReadinessProvider
    package let configuration: any ConfigurationControl
    package let destinations: any DestinationControl
    package let webhooks: any SessionWebhookRuntime
    package let webhookTests: any TestEventSender
    package let replays: any ReplayControl
    package let media: any StoredMediaProvider
    package let nodes: any NodeDirectory

    package init(
        process: any ReadinessProvider,
        configuration: any ConfigurationControl,
        destinations: any DestinationControl,
        webhooks: any SessionWebhookRuntime,
        webhookTests: any TestEventSender,
        replays: any ReplayControl,
        media: any StoredMediaProvider,
        nodes: any NodeDirectory
    ) {
        self.process = process
        self.configuration = configuration
        self.destinations = destinations
        self.webhooks = webhooks
        self.webhookTests = webhookTests
        self.replays = replays
        self.media = media
        self.nodes = nodes
    }
}

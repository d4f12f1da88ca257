/// The operations of the running relay that the routes need in addition to its store and sources, one protocol each.
package struct RelayControls: Sendable {
    package let process: any ProcessStatus
    package let configuration: any ConfigurationControl
    package let destinations: any DestinationControl
    package let webhooks: any WebhookControl
    package let webhookTests: any WebhookTestControl
    package let replays: any ReplayControl
    package let media: any MediaControl

    package init(
        process: any ProcessStatus,
        configuration: any ConfigurationControl,
        destinations: any DestinationControl,
        webhooks: any WebhookControl,
        webhookTests: any WebhookTestControl,
        replays: any ReplayControl,
        media: any MediaControl
    ) {
        self.process = process
        self.configuration = configuration
        self.destinations = destinations
        self.webhooks = webhooks
        self.webhookTests = webhookTests
        self.replays = replays
        self.media = media
    }
}

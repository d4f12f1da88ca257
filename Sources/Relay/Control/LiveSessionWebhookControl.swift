internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayHTTPClient
internal import RelayPipeline

/// Reads the options of sessions' webhooks, and applies changes to webhooks.
struct LiveSessionWebhookControl: SessionWebhookControl {
    let store: any RelayStore
    let registry: ActiveDestinationRegistry
    let dispatcher: Dispatcher
    let directory: DirectoryCache
    let current: CurrentConfiguration

    var webhookOptions: ManagedWebhookOptionsReader { current.generation.webhookOptions }

    func webhooksChanged() async {
        // After a failure, the previous webhooks stay active until the next change or restart.
        guard let webhooks = try? await store.webhooks() else { return }
        registry.use(webhooks: webhooks, in: current.generation)
        directory.forget()
        dispatcher.destinationsChanged()
    }
}

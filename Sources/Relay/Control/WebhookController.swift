internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayHTTPClient
internal import RelayPipeline

/// Reads the options of sessions' webhooks, and applies changes of them.
struct WebhookController: WebhookControl {
    let store: any RelayStore
    let registry: DestinationRegistry
    let dispatcher: Dispatcher
    let directory: DirectoryCache
    let current: CurrentConfiguration

    var webhookOptions: WebhookOptionsReader { current.generation.webhookOptions }

    func webhooksChanged() async {
        // A failure leaves the webhooks as they were; the next change or restart sets it right.
        guard let webhooks = try? await store.webhooks() else { return }
        registry.use(webhooks: webhooks, in: current.generation)
        directory.forget()
        dispatcher.destinationsChanged()
    }
}

internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayDelivery
internal import RelayHTTPClient
internal import RelayPipeline

/// Reads the options of sessions' webhooks, and applies changes to webhooks.
struct LiveSessionWebhookRuntime: SessionWebhookRuntime {
    let store: any SessionStore
    let registry: ActiveDestinationRegistry
    let dispatcher: Dispatcher
    let directory: DirectoryCache
    let current: CurrentConfiguration

    var webhookOptions: ManagedWebhookOptionsReader { current.generation.webhookOptions }

    func webhooksChanged(_ ids: [String]) async {
        guard !ids.isEmpty else { return }
        await registry.refresh(ids, from: store)
        var keys = ids.map { DestinationKey.webhook($0) }
        let deleted = keys.partition { registry.entry($0) == nil }
        dispatcher.webhooksChanged(Array(keys[..<deleted]), deleted: Array(keys[deleted...]))
    }

    func sessionDeleted(webhooks: [String]) async {
        directory.forget()
        await webhooksChanged(webhooks)
    }
}

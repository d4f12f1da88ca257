package import RelayConfig

/// Sessions' webhooks as the relay uses them. The `Relay` module implements it.
package protocol SessionWebhookRuntime: Sendable {
    /// Reads the options of webhooks, with the active retry policies and egress guard.
    var webhookOptions: ManagedWebhookOptionsReader { get }

    /// Called after webhooks were created, changed or deleted, with their ids.
    func webhooksChanged(_ ids: [String]) async

    /// Called after a session was deleted, with the ids of its webhooks.
    func sessionDeleted(webhooks: [String]) async
}

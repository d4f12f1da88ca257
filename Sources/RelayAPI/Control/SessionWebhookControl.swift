package import RelayConfig

/// Sessions' webhooks as the relay uses them. The `Relay` module implements it.
package protocol SessionWebhookControl: Sendable {
    /// Reads the options of webhooks, with the active retry policies and egress guard.
    var webhookOptions: ManagedWebhookOptionsReader { get }

    /// Called after every write to sessions or webhooks.
    func webhooksChanged() async
}

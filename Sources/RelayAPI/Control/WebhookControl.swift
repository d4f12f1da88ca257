package import RelayConfig

/// Sessions' webhooks as the relay uses them. The composition implements it.
package protocol WebhookControl: Sendable {
    /// Reads the options of webhooks, with the retry policies and the egress guard in force.
    var webhookOptions: WebhookOptionsReader { get }

    /// Is called after every write to sessions or webhooks.
    func webhooksChanged() async
}

package import RelayCore

/// Sessions' webhooks as the relay uses them. The composition implements it.
package protocol WebhookControl: Sendable {
    /// Checks URL, headers, retry policy and rate limit before a webhook is stored.
    /// - Throws: 422 with pointers into the webhook (`/url`) and what to write instead.
    func checkWebhook(_ webhook: Webhook) throws(APIError)

    /// Is called after every write to sessions or webhooks.
    func webhooksChanged() async
}

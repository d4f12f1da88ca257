package import RelayCore

/// Sends test events to receivers. The `Relay` module implements it.
package protocol TestEventSender: Sendable {
    /// Sends one event to a destination, past its queue. - Throws: 404.
    func test(destination key: DestinationKey, event: EventType) async throws(APIError) -> WebhookTestResult

    /// Sends one event to a URL that the egress guard allows.
    /// - Parameter webhook: the webhook whose headers, timeout and signing keys are used; nil for none.
    func test(
        url: String,
        session: String,
        webhook: SessionWebhook?,
        event: EventType
    ) async throws(APIError) -> WebhookTestResult
}

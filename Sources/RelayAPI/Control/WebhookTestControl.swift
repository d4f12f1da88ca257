package import RelayCore

/// Tries receivers. The composition implements it.
package protocol WebhookTestControl: Sendable {
    /// Sends one event to a destination, past its queue. - Throws: 404.
    func test(destination key: DestinationKey, event: EventType) async throws(APIError) -> WebhookTestResult

    /// Sends one event to a URL, through the egress guard.
    /// - Parameter webhook: whose headers, timeout and signature it carries; nil: none.
    func test(
        url: String,
        session: String,
        webhook: Webhook?,
        event: EventType
    ) async throws(APIError) -> WebhookTestResult
}

package import RelayCore
package import RelayHTTPClient

/// A destination that sends each delivery as one HTTP request, which can be shown before it is sent and whose answer
/// can be shown as it came.
package protocol InspectableHTTPDestination: Destination {
    /// The request of an attempt, signed for the given moment.
    func request(for delivery: ClaimedDelivery, at moment: Timestamp) -> HTTPClientRequest

    /// Sends one request outside the queue and returns the answer.
    func probe(_ delivery: ClaimedDelivery, at moment: Timestamp) async throws(HTTPClientError) -> HTTPClientResponse
}

package import RelayCore

/// Reports and controls the active destinations, and removed ones that still have deliveries. The `Relay` module
/// implements it.
package protocol DestinationControl: Sendable {
    /// Returns configured destinations, sessions' webhooks, and removed destinations that still have deliveries.
    func destinations() async throws(APIError) -> [DestinationStatus]
    /// - Throws: 404.
    func destination(_ key: DestinationKey) async throws(APIError) -> DestinationStatus
    /// - Throws: 404.
    func pause(_ key: DestinationKey) async throws(APIError)
    /// Also takes back that the receiver answered 410. - Throws: 404.
    /// - Parameter rate: at which what it holds goes out; nil: as fast as it may.
    func resume(_ key: DestinationKey, rate: RateLimit?) async throws(APIError)
    /// Why a delivery is not under way; nil unless it is queued.
    func wait(of delivery: DeliveryDetails) -> DeliveryWait?

    /// Cancels the queued deliveries to a destination, which may be a removed one. Deliveries in flight continue.
    /// Returns the number of cancelled deliveries.
    /// - Throws: 404.
    func cancelQueued(_ key: DestinationKey) async throws(APIError) -> Int

    /// Called after deliveries were requeued manually, so that a destination whose breaker is open is tried
    /// immediately.
    func deliveriesRequeued() async
}

package import RelayCore

/// The destinations in force, and those that are gone and still have deliveries. The composition implements it.
package protocol DestinationControl: Sendable {
    /// Configured destinations, sessions' webhooks, and removed ones that still have deliveries.
    func destinations() async throws(APIError) -> [DestinationStatus]
    /// - Throws: 404.
    func destination(_ key: DestinationKey) async throws(APIError) -> DestinationStatus
    /// - Throws: 404.
    func pause(_ key: DestinationKey) async throws(APIError)
    /// Also takes back that the receiver answered 410. - Throws: 404.
    func resume(_ key: DestinationKey) async throws(APIError)

    /// Cancels what is queued to a destination, whether or not it is gone; what is under way goes on. Returns how many.
    /// - Throws: 404.
    func cancelQueued(_ key: DestinationKey) async throws(APIError) -> Int

    /// Is called after deliveries were queued again by hand: a destination that is thought to be down is tried at once.
    func deliveriesRequeued() async
}

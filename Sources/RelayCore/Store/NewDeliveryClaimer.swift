/// Claims new deliveries in the transaction that queues them, so that they are written once, in flight, and need not be
/// looked for.
package protocol NewDeliveryClaimer: Sendable {
    /// Takes a place for one request to a destination. Each place ends with ``start(_:)`` or ``release(_:)``.
    /// - Returns: false when the request may not start now, or other deliveries to the destination come first.
    func reserve(_ destination: DestinationKey) -> Bool

    /// The claims are stored.
    func start(_ deliveries: [ClaimedDelivery])

    /// The transaction changed nothing; places are free again. A destination is there once for each place.
    func release(_ destinations: [DestinationKey])
}

internal import Logging
internal import RelayCore

/// Deliveries to a destination of the configuration that is gone: they wait for its return, or for somebody to cancel
/// them. Nothing waits for a webhook that was deleted: the store cancels it.
struct OrphanedDeliveryWarning: Sendable, CustomStringConvertible {
    let destination: DestinationKey
    /// The number of queued deliveries and deliveries in flight.
    let count: Int

    /// All removed destinations that have waiting deliveries.
    static func all(in store: any RelayStore, besides registry: ActiveDestinationRegistry) async throws(StoreError)
        -> [Self]
    {
        let known = registry.entries
        return try await store.destinationCounts().compactMap { Self($0, isKnown: known[$0.destination] != nil) }
            .sorted { $0.destination < $1.destination }
    }

    /// Returns nil for an existing destination, for a webhook, and for one without waiting deliveries.
    init?(_ figures: DestinationDeliveryCounts, isKnown: Bool) {
        count = (figures.counts[.queued] ?? 0) + (figures.counts[.inFlight] ?? 0)
        destination = figures.destination
        guard !isKnown, count > 0, case .configured = figures.destination else { return nil }
    }

    var description: String {
        "\(count == 1 ? "1 delivery waits" : "\(count) deliveries wait") for the destination \"\(destination)\", "
            + "which is gone: \(help)"
    }

    /// Instructions for the operator.
    var help: String {
        "bring it back under the same name, and they are delivered in order; or cancel what is queued with "
            + "zaphub deliveries cancel --destination \(destination)"
    }

    func log(to logger: Logger) {
        logger.warning(
            "Deliveries wait for a destination that is gone",
            metadata: ["destination": "\(destination)", "deliveries": "\(count)", "help": "\(help)"]
        )
    }
}

internal import Logging
internal import RelayCore

/// Deliveries to a destination that is gone: they wait for its return, or for somebody to cancel them.
struct RemovedDestinationDeliveries: Sendable, CustomStringConvertible {
    let destination: DestinationKey
    /// Queued, or still under way.
    let count: Int

    /// Every destination that is gone and has some.
    static func all(in store: any RelayStore, besides registry: DestinationRegistry) async throws(StoreError) -> [Self]
    {
        let known = registry.entries
        return try await store.destinationCounts().compactMap { Self($0, isKnown: known[$0.destination] != nil) }
            .sorted { $0.destination < $1.destination }
    }

    /// Nil for a destination that is there, and for one that nothing waits for.
    init?(_ figures: DestinationCounts, isKnown: Bool) {
        count = (figures.counts[.queued] ?? 0) + (figures.counts[.inFlight] ?? 0)
        destination = figures.destination
        guard !isKnown, count > 0 else { return nil }
    }

    var description: String {
        "\(count == 1 ? "1 delivery waits" : "\(count) deliveries wait") for the destination \"\(destination)\", "
            + "which is gone: \(help)"
    }

    /// What somebody can do about it.
    var help: String {
        let cancel = "cancel what is queued with zaphub deliveries cancel --destination \(destination)"
        // A webhook gets a new id each time that one is created.
        if case .webhook = destination { return cancel }
        return "bring it back under the same name, and they are delivered in order; or \(cancel)"
    }

    func log(to logger: Logger) {
        logger.warning(
            "Deliveries wait for a destination that is gone",
            metadata: ["destination": "\(destination)", "deliveries": "\(count)", "help": "\(help)"]
        )
    }
}

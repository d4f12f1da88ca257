internal import RelayCore

/// The real destination, whose receiver is told which delivery it gets: not every kind says so by itself.
struct TrialDestination: Destination {
    @TaskLocal static var delivery: DeliveryID?

    let base: any Destination

    var settings: DestinationSettings { base.settings }
    var target: String { base.target }

    func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        await Self.$delivery.withValue(delivery.id) { await base.send(delivery, at: moment) }
    }
}

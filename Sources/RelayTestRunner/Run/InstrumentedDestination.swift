internal import RelayCore

/// The real destination. It reports the deliveries of a request to the simulated receiver, because not every kind
/// includes them in the request.
struct InstrumentedDestination: Destination {
    @TaskLocal static var deliveries: [ClaimedDelivery] = []

    let base: any Destination

    var settings: DestinationDispatchSettings { base.settings }
    var target: String { base.target }

    func send(_ delivery: ClaimedDelivery, at moment: Timestamp) async -> AttemptResult {
        await Self.$deliveries.withValue([delivery]) { await base.send(delivery, at: moment) }
    }

    func send(_ batch: [ClaimedDelivery], at moment: Timestamp) async -> AttemptResult {
        await Self.$deliveries.withValue(batch) { await base.send(batch, at: moment) }
    }

    func gaveUp(_ delivery: ClaimedDelivery, after result: AttemptResult, at moment: Timestamp) async {
        await base.gaveUp(delivery, after: result, at: moment)
    }
}

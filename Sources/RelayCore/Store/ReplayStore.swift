/// Replays: created over REST, carried out in steps.
package protocol ReplayStore: Sendable {
    /// What a selection matches now.
    func estimate(_ selection: ReplaySelection, at moment: Timestamp) async throws(StoreError) -> ReplayEstimate

    /// Selected events, spread evenly over all of them, oldest first.
    func sampleEvents(_ selection: ReplaySelection, limit: Int) async throws(StoreError) -> [Event]

    /// The first selected deliveries, in the order in which they would be queued.
    func sampleDeliveries(
        _ selection: ReplaySelection, limit: Int, at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryDetails]

    /// Creates a replay from an estimate. The last 1,000 that are over are kept.
    func createReplay(
        _ selection: ReplaySelection, rate: RateLimit, estimate: ReplayEstimate
    ) async throws(StoreError) -> Replay

    /// Newest first, from the first older than `before`.
    func replays(before: ReplayID?, limit: Int) async throws(StoreError) -> [Replay]
    func replay(_ id: ReplayID) async throws(StoreError) -> Replay?

    /// The one that runs, else the first that waits; nil when all are over.
    func nextReplay() async throws(StoreError) -> Replay?

    /// Carries a replay on by at most `limit`, and notes in the same transaction how far it has come: sends events back
    /// to the pipelines, or makes deliveries wait for another series of attempts, at their old position in the lane. It
    /// is finished when none is left and the events have run.
    /// - Returns: nil when it is over.
    func advanceReplay(_ id: ReplayID, limit: Int, at moment: Timestamp) async throws(StoreError) -> ReplayStepResult?

    /// Ends a replay: events that have not run again do not, deliveries that are queued again stay so.
    func cancelReplay(_ id: ReplayID, at moment: Timestamp) async throws(StoreError) -> ReplayCancellationResult
}

/// The result of a step of a replay.
package struct ReplayStepResult: Sendable {
    package var replay: Replay
    /// How many it looked at.
    package var taken: Int
    /// Events that are to run again.
    package var events: [EventID]

    package init(replay: Replay, taken: Int, events: [EventID]) {
        self.replay = replay
        self.taken = taken
        self.events = events
    }
}

package enum ReplayCancellationResult: Sendable {
    case done(Replay)
    case notFound
    /// It is over.
    case refused(Replay.State)
}

import RelayCore
import RelayTesting
import Synchronization

/// A store whose operations fail while a test requires it.
final class BreakableStore: Outbox, OutboxAdministration {
    private struct State {
        var isBroken = false
        var failures = 0
        /// The number of results that were rejected.
        var refused = 0
    }

    private let base: any RelayStore
    private let state = Mutex(State())

    init(_ base: any RelayStore) {
        self.base = base
    }

    var isBroken: Bool {
        get { state.withLock { $0.isBroken } }
        set { state.withLock { $0.isBroken = newValue } }
    }
    var failures: Int { state.withLock { $0.failures } }
    var refused: Int { state.withLock { $0.refused } }

    func exchange(
        _ settlements: [AttemptSettlement],
        claims: [DeliveryClaimRequest],
        at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryClaimResult] {
        let isBroken = state.withLock { state in
            guard state.isBroken else { return false }
            state.failures += 1
            state.refused += settlements.count
            return true
        }
        if isBroken { throw StoreError(.unavailable, "the disk is gone") }
        return try await base.exchange(settlements, claims: claims, at: moment)
    }

    // MARK: Forwarded to the store

    var newlyDue: AsyncStream<Set<DestinationKey>> { base.newlyDue }
    func recover(
        at moment: Timestamp,
        maxAttempts: @escaping @Sendable (_ destination: DestinationKey) -> Int
    ) async throws(StoreError) -> StoreRecoveryReport {
        try await base.recover(at: moment, maxAttempts: maxAttempts)
    }
    func destinationsThatAnswered(since moment: Timestamp) async throws(StoreError) -> Set<DestinationKey> {
        try await base.destinationsThatAnswered(since: moment)
    }
    func dueTimes() async throws(StoreError) -> [DestinationKey: Timestamp] { try await base.dueTimes() }
    func deliveries(
        _ filter: DeliveryFilter,
        before: DeliveryID?,
        offset: Int,
        limit: Int
    ) async throws(StoreError) -> [DeliveryDetails] {
        try await base.deliveries(filter, before: before, offset: offset, limit: limit)
    }
    func countDeliveries(_ filter: DeliveryFilter) async throws(StoreError) -> Int {
        try await base.countDeliveries(filter)
    }
    func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryDetails? { try await base.delivery(id) }
    func attempts(of id: DeliveryID) async throws(StoreError) -> [DeliveryAttempt] { try await base.attempts(of: id) }
    func body(of id: DeliveryID) async throws(StoreError) -> [UInt8]? { try await base.body(of: id) }
    func retry(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult {
        try await base.retry(id, at: moment)
    }
    func cancel(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult {
        try await base.cancel(id, at: moment)
    }
    func cancelQueued(destination: DestinationKey, at moment: Timestamp) async throws(StoreError) -> Int {
        try await base.cancelQueued(destination: destination, at: moment)
    }
    func replayDeadLetters(_ filter: DeliveryFilter, at moment: Timestamp) async throws(StoreError) -> Int {
        try await base.replayDeadLetters(filter, at: moment)
    }
    func purgeDeadLetters(_ filter: DeliveryFilter) async throws(StoreError) -> Int {
        try await base.purgeDeadLetters(filter)
    }
    func enqueue(
        _ delivery: PlannedDelivery,
        event: EventID,
        at moment: Timestamp
    ) async throws(StoreError) -> DeliveryID {
        try await base.enqueue(delivery, event: event, at: moment)
    }
    func destinationCounts() async throws(StoreError) -> [DestinationDeliveryCounts] {
        try await base.destinationCounts()
    }
    func pauses() async throws(StoreError) -> [DestinationPause] { try await base.pauses() }
    func pause(_ pause: DestinationPause) async throws(StoreError) { try await base.pause(pause) }
    func releases() async throws(StoreError) -> [DestinationRelease] { try await base.releases() }
    func resume(
        destination: DestinationKey, rate: RateLimit?, at moment: Timestamp
    ) async throws(StoreError) -> Bool {
        try await base.resume(destination: destination, rate: rate, at: moment)
    }
    func sweep(_ retention: RetentionPeriods, at moment: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await base.sweep(retention, at: moment, limit: limit)
    }
}

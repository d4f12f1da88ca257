internal import RelayCore
internal import Synchronization

/// An in-memory outbox with the guarantees of the real one: in each lane only the head is due.
final class InMemoryOutbox: Outbox, DestinationPauseStore {
    struct Entry: Sendable {
        let id: DeliveryID
        let planned: PlannedDelivery
        let createdAt: Timestamp
        var state = DeliveryState.queued
        var attempts = 0
        var notBefore: Timestamp
        /// Nil unless it is queued and the head of its lane.
        var dueAt: Timestamp?
        /// The batch with which it is sent again; nil when it was not sent in a batch.
        var batch: DeliveryID?
        var deadReason: DeadLetterReason?
        var lastError: String?
        /// When it was finished.
        var endedAt: Timestamp?
    }

    struct State: Sendable {
        var entries: [DeliveryID: Entry] = [:]
        /// The ids of queued and in-flight deliveries in each lane, in order; a delivery without a lane has its own.
        var lanes: [Lane: [DeliveryID]] = [:]
        var paused: [DestinationPause] = []
    }

    enum Lane: Hashable {
        case shared(destination: DestinationKey, lane: String)
        case own(DeliveryID)

        init(_ entry: Entry) {
            self =
                entry.planned.lane.map { .shared(destination: entry.planned.destination, lane: $0) } ?? .own(entry.id)
        }
    }

    private let state = Mutex(State())
    private let notices = AsyncStream<Set<DestinationKey>>.makeStream()

    var newlyDue: AsyncStream<Set<DestinationKey>> { notices.stream }

    /// Whether no delivery will be sent automatically: those to a paused destination wait until it is resumed.
    var isDone: Bool {
        state.withLock { state in
            state.entries.values.allSatisfy { entry in
                switch entry.state {
                case .queued: state.paused.contains { $0.destination == entry.planned.destination }
                case .inFlight: false
                case .delivered, .dead, .cancelled: true
                }
            }
        }
    }

    /// All deliveries: the finished ones in the order in which they finished, those of one moment by id, because it is
    /// chance which of them is written first; then the others by id.
    var entries: [Entry] {
        state.withLock { state in
            let never = Timestamp(milliseconds: .max)
            return state.entries.values.sorted { ($0.endedAt ?? never, $0.id) < ($1.endedAt ?? never, $1.id) }
        }
    }

    func insert(_ id: DeliveryID, _ planned: PlannedDelivery, at moment: Timestamp) {
        state.withLock { state in
            let entry = Entry(id: id, planned: planned, createdAt: moment, notBefore: moment)
            state.entries[id] = entry
            state.lanes[Lane(entry), default: []].append(id)
            state.arrange(Lane(entry), at: moment)
        }
        notices.continuation.yield([planned.destination])
    }

    // MARK: Outbox

    func recover(
        at moment: Timestamp,
        maxAttempts: @escaping @Sendable (_ destination: DestinationKey) -> Int
    ) async throws(StoreError) -> StoreRecoveryReport {
        StoreRecoveryReport(requeued: 0, dead: 0)
    }

    func exchange(
        _ settlements: [AttemptSettlement],
        claims: [DeliveryClaimRequest],
        at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryClaimResult] {
        state.withLock { state in
            let claimed = Set(claims.map(\.destination))
            let settled = settlements.compactMap { state.settle($0, at: moment) }
            let awakened = Set(settled).subtracting(claimed)
            if !awakened.isEmpty { notices.continuation.yield(awakened) }
            return claims.map { state.claim($0, at: moment) }
        }
    }

    func destinationsThatAnswered(since moment: Timestamp) async throws(StoreError) -> Set<DestinationKey> { [] }

    func dueTimes() async throws(StoreError) -> [DestinationKey: Timestamp] {
        state.withLock { state in
            state.entries.values.reduce(into: [:]) { times, entry in
                guard let due = entry.dueAt else { return }
                times[entry.planned.destination] = min(times[entry.planned.destination] ?? due, due)
            }
        }
    }

    // MARK: DestinationPauseStore

    func pauses() async throws(StoreError) -> [DestinationPause] {
        state.withLock { $0.paused }
    }

    func pause(_ pause: DestinationPause) async throws(StoreError) {
        state.withLock { $0.paused.append(pause) }
    }

    func releases() async throws(StoreError) -> [DestinationRelease] { [] }

    func resume(
        destination: DestinationKey, rate: RateLimit?, at moment: Timestamp
    ) async throws(StoreError) -> Bool {
        state.withLock { state in
            let count = state.paused.count
            state.paused.removeAll { $0.destination == destination }
            return state.paused.count < count
        }
    }
}

extension InMemoryOutbox.State {
    /// - Returns: the destination; nil when the settlement is stale.
    fileprivate mutating func settle(_ settlement: AttemptSettlement, at moment: Timestamp) -> DestinationKey? {
        guard var entry = entries[settlement.delivery], entry.state == .inFlight,
            entry.attempts == settlement.attempt.number
        else { return nil }
        entry.lastError = settlement.attempt.result.error
        switch settlement.next {
        case .delivered:
            entry.state = .delivered
            entry.endedAt = moment
        case .retry(let due):
            entry.state = .queued
            entry.notBefore = due
            entry.batch = settlement.batch
        case .unsent(let due):
            entry.state = .queued
            entry.attempts -= 1
            entry.notBefore = due
        case .dead(let reason):
            entry.state = .dead
            entry.deadReason = reason
            entry.endedAt = moment
        }
        entries[entry.id] = entry
        let lane = InMemoryOutbox.Lane(entry)
        if entry.state != .queued {
            lanes[lane]?.removeAll { $0 == entry.id }
        }
        arrange(lane, at: moment)
        return entry.planned.destination
    }

    fileprivate mutating func claim(_ claim: DeliveryClaimRequest, at moment: Timestamp) -> DeliveryClaimResult {
        if let policy = claim.batch { return self.claim(claim, in: policy, at: moment) }
        let heads = heads(of: claim.destination, at: moment)
        let due = heads.prefix { ($0.dueAt ?? moment) <= moment }
        let preferred = due.filter { !claim.avoiding.contains($0.id) }
        let taken = (preferred.isEmpty ? Array(due) : preferred).prefix(claim.limit).map(\.id)
        return DeliveryClaimResult(
            destination: claim.destination,
            batches: taken.compactMap { take($0, batch: nil) }.map { [$0] },
            nextDue: heads.first { !taken.contains($0.id) }?.dueAt
        )
    }

    /// What of a destination is due, or will be, in the order of that.
    func heads(of destination: DestinationKey, at moment: Timestamp) -> [InMemoryOutbox.Entry] {
        entries.values.filter { $0.planned.destination == destination && $0.dueAt != nil }
            .sorted { ($0.dueAt ?? moment, $0.id) < ($1.dueAt ?? moment, $1.id) }
    }

    mutating func take(_ id: DeliveryID, batch: DeliveryID?) -> ClaimedDelivery? {
        guard var entry = entries[id] else { return nil }
        entry.state = .inFlight
        entry.attempts += 1
        entry.dueAt = nil
        entry.batch = batch
        entries[id] = entry
        return ClaimedDelivery(
            entry.planned, id: entry.id, attempt: entry.attempts, seriesStartedAt: entry.createdAt)
    }

    /// Makes the head of a lane due, unless it is in flight.
    fileprivate mutating func arrange(_ lane: InMemoryOutbox.Lane, at moment: Timestamp) {
        guard let head = lanes[lane]?.first, let entry = entries[head], entry.state == .queued else { return }
        entries[head]?.dueAt = entry.dueAt ?? max(entry.notBefore, moment)
    }
}

/// A delivery as the API shows it.
package struct DeliveryDetails: Sendable, Identifiable {
    package var id: DeliveryID
    package var event: EventID
    package var pipeline: String
    package var destination: DestinationKey
    package var session: String
    package var type: EventType
    package var chat: String?
    package var state: DeliveryState
    /// Attempts made, interrupted ones included.
    package var attemptCount: Int
    package var receivedAt: Timestamp
    package var createdAt: Timestamp
    /// When the next attempt is due; nil when none is, or another delivery of the lane is sent first.
    package var dueAt: Timestamp?
    /// When it was delivered, became a dead letter or was cancelled.
    package var finishedAt: Timestamp?
    package var deadReason: DeadLetterReason?
    package var lastStatus: Int?
    package var lastError: String?
    package var lastTarget: String?
    /// The `deliveryId` of the one that goes first in its lane; nil: it is the first, or not queued.
    package var behind: String?

    package init(
        id: DeliveryID,
        event: EventID,
        pipeline: String,
        destination: DestinationKey,
        session: String,
        type: EventType,
        chat: String?,
        state: DeliveryState,
        attemptCount: Int,
        receivedAt: Timestamp,
        createdAt: Timestamp,
        dueAt: Timestamp?,
        finishedAt: Timestamp?,
        deadReason: DeadLetterReason?,
        lastStatus: Int?,
        lastError: String?,
        lastTarget: String?,
        behind: String? = nil
    ) {
        self.id = id
        self.event = event
        self.pipeline = pipeline
        self.destination = destination
        self.session = session
        self.type = type
        self.chat = chat
        self.state = state
        self.attemptCount = attemptCount
        self.receivedAt = receivedAt
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.finishedAt = finishedAt
        self.deadReason = deadReason
        self.lastStatus = lastStatus
        self.lastError = lastError
        self.lastTarget = lastTarget
        self.behind = behind
    }

    /// The `deliveryId` that body and headers carry.
    package var name: String { DeliveryIDFormat.text(of: id, session: session, type: type, at: receivedAt) }
}

/// Selects deliveries; nil and empty match all.
package struct DeliveryFilter: Sendable {
    package var states: Set<DeliveryState> = []
    package var destination: DestinationKey?
    package var session: String?
    package var chat: String?
    package var type: EventType?
    package var event: EventID?
    package var deadReason: DeadLetterReason?
    /// By the moment of creation.
    package var since: Timestamp?
    package var until: Timestamp?

    package init(
        states: Set<DeliveryState> = [],
        destination: DestinationKey? = nil,
        session: String? = nil,
        chat: String? = nil,
        type: EventType? = nil,
        event: EventID? = nil,
        deadReason: DeadLetterReason? = nil,
        since: Timestamp? = nil,
        until: Timestamp? = nil
    ) {
        self.states = states
        self.destination = destination
        self.session = session
        self.chat = chat
        self.type = type
        self.event = event
        self.deadReason = deadReason
        self.since = since
        self.until = until
    }
}

/// How many deliveries of a destination are in each state.
package struct DestinationDeliveryCounts: Sendable {
    package var destination: DestinationKey
    package var counts: [DeliveryState: Int]
    /// When the oldest queued delivery was created.
    package var oldestQueuedAt: Timestamp?

    package init(destination: DestinationKey, counts: [DeliveryState: Int], oldestQueuedAt: Timestamp?) {
        self.destination = destination
        self.counts = counts
        self.oldestQueuedAt = oldestQueuedAt
    }
}

/// A destination that must not be sent to. It survives restarts; its deliveries stay queued.
package struct DestinationPause: Sendable {
    package enum Reason: String, Sendable {
        /// An operator paused it.
        case manual
        /// It answered 410 Gone.
        case gone
        /// It refuses everything until its configuration is corrected, such as a token that is no longer valid.
        case denied
        /// It is disabled, or not configured any more; the pause ends when it is back.
        case absent
    }

    package var destination: DestinationKey
    package var reason: Reason
    package var since: Timestamp
    /// ``Destination/receiver`` when it was paused; nil: not known. A pause for what the receiver answered ends when
    /// deliveries go to another one.
    package var receiver: String?

    package init(destination: DestinationKey, reason: Reason, since: Timestamp, receiver: String? = nil) {
        self.destination = destination
        self.reason = reason
        self.since = since
        self.receiver = receiver
    }
}

/// What a destination held while it was paused, and sends at a rate.
package struct DestinationRelease: Sendable {
    package var destination: DestinationKey
    /// Of requests.
    package var rate: RateLimit
    /// The last delivery that was held.
    package var last: DeliveryID
    /// How many of those up to it are not finished.
    package var remaining: Int

    package init(destination: DestinationKey, rate: RateLimit, last: DeliveryID, remaining: Int) {
        self.destination = destination
        self.rate = rate
        self.last = last
        self.remaining = remaining
    }
}

/// The result of a change to a delivery.
package enum DeliveryChangeResult: Sendable, Equatable {
    case done
    case notFound
    /// The delivery's state does not allow it.
    case refused(DeliveryState)
    /// The webhook that it goes to was deleted.
    case webhookDeleted
}

/// The destinations that must not be sent to, as the dispatcher reads and changes them.
package protocol DestinationPauseStore: Sendable {
    func pauses() async throws(StoreError) -> [DestinationPause]
    func pause(_ pause: DestinationPause) async throws(StoreError)

    /// Returns false when it was not paused. The time of the pause does not count for the series of its deliveries.
    /// - Parameter rate: at which what is queued now goes out; nil: as fast as it may.
    func resume(destination: DestinationKey, rate: RateLimit?, at moment: Timestamp) async throws(StoreError) -> Bool

    /// What destinations held and still send at a rate.
    func releases() async throws(StoreError) -> [DestinationRelease]
}

extension DestinationPauseStore {
    package func resume(destination: DestinationKey, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await resume(destination: destination, rate: nil, at: moment)
    }
}

/// What operators do with deliveries.
package protocol OutboxAdministration: DestinationPauseStore {
    /// Newest first, from the first older than `before`. `offset` is for stage-07's pages.
    func deliveries(
        _ filter: DeliveryFilter,
        before: DeliveryID?,
        offset: Int,
        limit: Int
    ) async throws(StoreError) -> [DeliveryDetails]

    func countDeliveries(_ filter: DeliveryFilter) async throws(StoreError) -> Int
    func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryDetails?
    func attempts(of id: DeliveryID) async throws(StoreError) -> [DeliveryAttempt]
    func body(of id: DeliveryID) async throws(StoreError) -> [UInt8]?

    /// Makes a queued delivery due now, or starts a new series of attempts for one that is dead or cancelled, under its
    /// old id and body and at its old position in the lane.
    func retry(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult

    /// Cancels a queued or dead delivery for good.
    func cancel(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChangeResult

    /// Cancels what is queued to a destination that is gone. Returns how many.
    func cancelQueued(destination: DestinationKey, at moment: Timestamp) async throws(StoreError) -> Int

    /// Replays dead letters, oldest first. Returns how many; work is done in batches, so a large number does not hold
    /// up ingest.
    func replayDeadLetters(_ filter: DeliveryFilter, at moment: Timestamp) async throws(StoreError) -> Int

    /// Deletes dead letters for good. Returns how many.
    func purgeDeadLetters(_ filter: DeliveryFilter) async throws(StoreError) -> Int

    /// Queues a delivery that no pipeline planned (stage-07's retry route). Returns its number.
    func enqueue(_ delivery: PlannedDelivery, event: EventID, at moment: Timestamp) async throws(StoreError)
        -> DeliveryID

    /// One row for each destination that has deliveries.
    func destinationCounts() async throws(StoreError) -> [DestinationDeliveryCounts]

    /// Deletes what is older than its time, never what is queued or in flight. What is queued for a webhook that was
    /// deleted is cancelled, where the process ended before that was done. Returns the number of rows; call again
    /// while it is not zero.
    func sweep(_ retention: RetentionPeriods, at moment: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// How long rows are kept.
package struct RetentionPeriods: Sendable, Hashable {
    /// Delivered and cancelled deliveries, and events without any other. Default 24 h.
    package var delivered: Duration
    /// Dead letters. Default 30 d.
    package var dead: Duration
    /// Message history, and under which ids messages were forwarded. Default 90 d.
    package var messages: Duration
    /// Dedup keys. Default 7 d: gateways repeat no longer than that.
    package var dedup: Duration

    package init(
        delivered: Duration = .seconds(86_400),
        dead: Duration = .seconds(30 * 86_400),
        messages: Duration = .seconds(90 * 86_400),
        dedup: Duration = .seconds(7 * 86_400)
    ) {
        self.delivered = delivered
        self.dead = dead
        self.messages = messages
        self.dedup = dedup
    }
}

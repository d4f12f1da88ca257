/// A delivery as people look at it.
public struct DeliveryRecord: Sendable, Identifiable {
    public var id: DeliveryID
    public var event: EventID
    public var pipeline: String
    public var destination: String
    public var session: String
    public var type: EventType
    public var chat: String?
    public var state: DeliveryState
    /// Attempts made, interrupted ones included.
    public var attemptCount: Int
    public var receivedAt: Timestamp
    public var createdAt: Timestamp
    /// When the next attempt is due; nil when none is, or another delivery of the lane goes first.
    public var dueAt: Timestamp?
    /// When it was delivered, died or was cancelled.
    public var finishedAt: Timestamp?
    public var deadReason: DeadReason?
    public var lastStatus: Int?
    public var lastError: String?
    public var lastTarget: String?

    public init(
        id: DeliveryID,
        event: EventID,
        pipeline: String,
        destination: String,
        session: String,
        type: EventType,
        chat: String?,
        state: DeliveryState,
        attemptCount: Int,
        receivedAt: Timestamp,
        createdAt: Timestamp,
        dueAt: Timestamp?,
        finishedAt: Timestamp?,
        deadReason: DeadReason?,
        lastStatus: Int?,
        lastError: String?,
        lastTarget: String?
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
    }

    /// The `deliveryId` that body and headers carry.
    public var name: String { DeliveryName.text(of: id, session: session, type: type, at: receivedAt) }
}

/// Which deliveries are meant; nil and empty mean any.
public struct DeliveryFilter: Sendable {
    public var states: Set<DeliveryState> = []
    public var destination: String?
    public var session: String?
    public var chat: String?
    public var type: EventType?
    public var event: EventID?
    public var deadReason: DeadReason?
    /// By the moment of creation.
    public var since: Timestamp?
    public var until: Timestamp?

    public init(
        states: Set<DeliveryState> = [],
        destination: String? = nil,
        session: String? = nil,
        chat: String? = nil,
        type: EventType? = nil,
        event: EventID? = nil,
        deadReason: DeadReason? = nil,
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
public struct DestinationFigures: Sendable {
    public var destination: String
    public var counts: [DeliveryState: Int]
    /// When the oldest queued delivery was created.
    public var oldestQueuedAt: Timestamp?

    public init(destination: String, counts: [DeliveryState: Int], oldestQueuedAt: Timestamp?) {
        self.destination = destination
        self.counts = counts
        self.oldestQueuedAt = oldestQueuedAt
    }
}

/// A destination that must not be sent to. It survives restarts; its deliveries stay queued.
public struct DestinationPause: Sendable {
    public enum Reason: String, Sendable {
        /// Somebody paused it.
        case manual
        /// It answered 410 Gone.
        case gone
        /// It refuses whatever it is sent, until somebody mends its configuration: a token that is not valid any more.
        case denied
    }

    public var destination: String
    public var reason: Reason
    public var since: Timestamp

    public init(destination: String, reason: Reason, since: Timestamp) {
        self.destination = destination
        self.reason = reason
        self.since = since
    }
}

/// What a delivery administration call came to.
public enum DeliveryChange: Sendable, Equatable {
    case done
    case notFound
    /// The delivery's state does not allow it.
    case refused(DeliveryState)
}

/// The destinations that must not be sent to, as the dispatcher finds and leaves them.
public protocol DestinationPauses: Sendable {
    func pauses() async throws(StoreError) -> [DestinationPause]
    func pause(_ pause: DestinationPause) async throws(StoreError)
}

/// What people do with deliveries.
public protocol OutboxAdministration: DestinationPauses {
    /// Newest first, from the first older than `before`. `offset` is for stage-07's pages.
    func deliveries(
        _ filter: DeliveryFilter,
        before: DeliveryID?,
        offset: Int,
        limit: Int
    ) async throws(StoreError) -> [DeliveryRecord]

    func countDeliveries(_ filter: DeliveryFilter) async throws(StoreError) -> Int
    func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryRecord?
    func attempts(of id: DeliveryID) async throws(StoreError) -> [Attempt]
    func body(of id: DeliveryID) async throws(StoreError) -> [UInt8]?

    /// Makes a queued delivery due now, or starts a new series of attempts for one that is dead or cancelled, under its
    /// old id and body and in its old place in the lane.
    func retry(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChange

    /// Takes a queued or dead delivery out for good.
    func cancel(_ id: DeliveryID, at moment: Timestamp) async throws(StoreError) -> DeliveryChange

    /// Cancels what is queued to a destination that is gone. Returns how many.
    func cancelQueued(destination: String, at moment: Timestamp) async throws(StoreError) -> Int

    /// Replays dead letters, oldest first. Returns how many; work is done in batches, so a large number does not hold
    /// up ingest.
    func replayDeadLetters(_ filter: DeliveryFilter, at moment: Timestamp) async throws(StoreError) -> Int

    /// Deletes dead letters for good. Returns how many.
    func purgeDeadLetters(_ filter: DeliveryFilter) async throws(StoreError) -> Int

    /// Queues a delivery that no pipeline planned (stage-07's retry route). Returns its number.
    func enqueue(_ delivery: PlannedDelivery, event: EventID, at moment: Timestamp) async throws(StoreError)
        -> DeliveryID

    /// One row for each destination that has deliveries.
    func figures() async throws(StoreError) -> [DestinationFigures]

    /// Returns false when it was not paused.
    func resume(destination: String) async throws(StoreError) -> Bool

    /// Deletes what is older than its time, never what is queued or in flight. Returns the number of rows; call again
    /// while it is not zero.
    func sweep(_ retention: Retention, at moment: Timestamp, limit: Int) async throws(StoreError) -> Int
}

/// How long things are kept.
public struct Retention: Sendable, Hashable {
    /// Delivered and cancelled deliveries, and events without any other. Default 24 h.
    public var delivered: Duration
    /// Dead letters. Default 30 d.
    public var dead: Duration
    /// Message history, and under which ids messages were forwarded. Default 90 d.
    public var messages: Duration
    /// Dedup keys. Default 7 d: gateways repeat no longer than that.
    public var dedup: Duration

    public init(
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

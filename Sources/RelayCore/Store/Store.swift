/// Everything that lasts. One store is one file of SQLite, or one database of PostgreSQL.
public protocol RelayStore: Journal, TraceStore, Outbox, OutboxAdministration, History, LateMediaStore, SessionStore,
    KeyStore, Sendable
{}

/// Why the store did not do what it was asked.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The disk is full. Passes by itself: answer 503.
        case full
        /// More is waiting for the disk than the store takes. Passes by itself: answer 503.
        case overloaded
        /// The disk or the database failed. Answer 503.
        case unavailable
        /// Another process has the store.
        case locked
        /// The store was written by a newer version.
        case tooNew
        /// Two things cannot have one id.
        case conflict
        case notFound
        /// A key to decrypt with is missing or wrong.
        case wrongKey
    }

    public let code: Code
    /// What happened and what to do, for people.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

/// The durable list of accepted events.
public protocol Journal: Sendable {
    /// Stores one document's events with their dedup keys, and registers sessions that are new. Returns when the rows
    /// would survive a power cut; then the sender may be told so.
    /// - Returns: for each event, the id that it has, in the order given.
    func accept(_ events: [NewEvent], source: String, at moment: Timestamp) async throws(StoreError) -> [Acceptance]

    /// Accepted events that no pipeline has finished, from the first after `id`, in the order of acceptance.
    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event]

    /// One event, while retention keeps it.
    func event(_ id: EventID) async throws(StoreError) -> Event?

    /// Marks events as processed and writes what their pipelines decided, in one transaction; an event that is marked
    /// already is passed over, so a repeated commit doubles nothing.
    func commit(_ results: [PipelineResult], at moment: Timestamp) async throws(StoreError)
}

/// What commits have said about the ways of events.
public protocol TraceStore: Sendable {
    /// What happened to an event in its pipelines, while retention keeps the event; nil: no pipeline has finished it, or
    /// that was before traces were kept.
    func trace(of id: EventID) async throws(StoreError) -> EventTrace?
}

public struct Acceptance: Sendable, Hashable {
    public let id: EventID
    /// Whether the event was in the journal already, under this id.
    public let isDuplicate: Bool

    public init(id: EventID, isDuplicate: Bool) {
        self.id = id
        self.isDuplicate = isDuplicate
    }
}

/// What came of an event in all its pipelines.
public struct PipelineResult: Sendable {
    public var event: EventID
    public var records: [HistoryRecord]
    public var deliveries: [PlannedDelivery]
    /// Pipelines whose failure is to be kept as a dead letter.
    public var failures: [StageFailure]
    /// The event's file, when it is to be fetched from now on.
    public var lateMedia: LateMedia?
    /// What happened; it is added to the traces of earlier runs.
    public var trace: EventTrace?

    public init(
        event: EventID,
        records: [HistoryRecord] = [],
        deliveries: [PlannedDelivery] = [],
        failures: [StageFailure] = [],
        lateMedia: LateMedia? = nil,
        trace: EventTrace? = nil
    ) {
        self.event = event
        self.records = records
        self.deliveries = deliveries
        self.failures = failures
        self.lateMedia = lateMedia
        self.trace = trace
    }
}

/// A stage that failed on an event, with `on_error: dead_letter`. It is kept as a dead letter of the destination
/// `pipeline/NAME`; replaying it runs the event through its pipelines again.
public struct StageFailure: Sendable {
    public var stage: String
    public var message: String
    /// The event as it was, addressed to `pipeline/NAME`.
    public var delivery: PlannedDelivery

    public init(stage: String, message: String, delivery: PlannedDelivery) {
        self.stage = stage
        self.message = message
        self.delivery = delivery
    }
}

/// Deliveries on their way: what the dispatcher works on.
///
/// In each lane only the head is due: the lowest id that is queued, while none is in flight. A settlement that ends a
/// delivery makes the next of its lane due in the same transaction, so a claim never meets a blocked backlog.
public protocol Outbox: Sendable {
    /// Puts what a dead process had in flight back into the queue, as an attempt that was interrupted; what has no
    /// attempt left becomes a dead letter.
    /// - Parameter maxAttempts: the policy's, by destination.
    func recover(
        at moment: Timestamp,
        maxAttempts: @escaping @Sendable (_ destination: String) -> Int
    ) async throws(StoreError) -> RecoveryReport

    /// Commits what attempts have come to, and takes due deliveries for their next attempt, in one transaction.
    func exchange(
        _ settlements: [Settlement],
        claims: [Claim],
        at moment: Timestamp
    ) async throws(StoreError) -> [ClaimResult]

    /// When each destination with queued deliveries has its next one due.
    func dueTimes() async throws(StoreError) -> [String: Timestamp]

    /// Names of destinations that got new due deliveries, as commits bring them. One listener.
    var wakeups: AsyncStream<Set<String>> { get }
}

public struct RecoveryReport: Sendable {
    /// Deliveries that were in flight and are queued again.
    public var requeued: Int
    /// Deliveries that were in flight with their last attempt and are dead letters now.
    public var dead: Int

    public init(requeued: Int, dead: Int) {
        self.requeued = requeued
        self.dead = dead
    }
}

/// The wish for at most `limit` due deliveries of a destination.
public struct Claim: Sendable {
    public var destination: String
    public var limit: Int

    public init(destination: String, limit: Int) {
        self.destination = destination
        self.limit = limit
    }
}

public struct ClaimResult: Sendable {
    public var destination: String
    public var deliveries: [ClaimedDelivery]
    /// When the destination has its next delivery due: now or earlier if the limit left some; nil when none is scheduled.
    public var nextDue: Timestamp?

    public init(destination: String, deliveries: [ClaimedDelivery], nextDue: Timestamp?) {
        self.destination = destination
        self.deliveries = deliveries
        self.nextDue = nextDue
    }
}

/// The end of an attempt: its record and the delivery's next state.
public struct Settlement: Sendable {
    public enum Next: Sendable {
        case delivered
        case retry(at: Timestamp)
        case dead(DeadReason)
    }

    public var delivery: DeliveryID
    public var attempt: Attempt
    public var next: Next

    public init(delivery: DeliveryID, attempt: Attempt, next: Next) {
        self.delivery = delivery
        self.attempt = attempt
        self.next = next
    }
}

/// Everything that is stored durably. One store is one file of SQLite, or one database of PostgreSQL.
package protocol RelayStore: Journal, EventTraceStore, Outbox, OutboxAdministration, MessageHistoryStore,
    LateMediaQueue,
    ReplayStore,
    ForwardingLedger, SessionStore, APIKeyStore, RejectedDocumentStore, StoreWriteCheck, SingleTransactionIntake,
    Sendable
{}

/// Whether a store can write.
package protocol StoreWriteCheck: Sendable {
    /// Writes a little, as new work would be written, and returns when that is on disk.
    /// - Throws: why new work is refused now.
    func checkWriting(at moment: Timestamp) async throws(StoreError)
}

/// Why an operation of the store failed.
package struct StoreError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The disk is full. Answer 503.
        case full
        /// More changes wait for the disk than the store accepts. Answer 503.
        case overloaded
        /// The disk or the database failed. Answer 503.
        case unavailable
        /// Another process has the store.
        case locked
        /// The store was written by a newer version.
        case tooNew
        /// The id is taken.
        case conflict
        case notFound
        /// There are as many as there may be.
        case limitReached
        /// A key to decrypt with is missing or wrong.
        case wrongKey
    }

    package let code: Code
    /// What happened and what to do, for people.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// The durable list of accepted events.
package protocol Journal: Sendable {
    /// Stores one document's events with their dedup keys, and registers sessions that are new. Returns when the rows
    /// would survive a power cut; only then may the sender get its 2xx.
    /// - Returns: for each event, the id that it has, in the order given.
    func accept(_ events: [ParsedEvent], source: String, at moment: Timestamp) async throws(StoreError)
        -> [EventAcceptanceResult]

    /// Accepted events that no pipeline has finished, from the first after `id`, in the order of acceptance.
    func pendingEvents(after id: EventID, limit: Int) async throws(StoreError) -> [Event]

    /// One event, while retention keeps it.
    func event(_ id: EventID) async throws(StoreError) -> Event?

    /// Marks events as processed and writes what their pipelines decided, in one transaction; an event that is marked
    /// already is skipped, so a repeated commit adds nothing. Of an event that runs again, what the history
    /// knows stays: only what is missing is added.
    func commit(_ results: [EventProcessingResult], at moment: Timestamp) async throws(StoreError)
}

/// The traces of events, as commits have written them.
package protocol EventTraceStore: Sendable {
    /// What happened to an event in its pipelines, while retention keeps the event; nil: no pipeline has finished it,
    /// or that was before traces were kept.
    func trace(of id: EventID) async throws(StoreError) -> EventTrace?
}

package struct EventAcceptanceResult: Sendable, Hashable {
    package let id: EventID
    /// Whether the event was in the journal already, under this id.
    package let isDuplicate: Bool

    package init(id: EventID, isDuplicate: Bool) {
        self.id = id
        self.isDuplicate = isDuplicate
    }
}

/// The result of an event in all its pipelines.
package struct EventProcessingResult: Sendable {
    package var event: EventID
    /// The run that it belongs to, as ``EventRerun/number``; 0: the first; nil: whichever is pending. A result of another
    /// run than the pending one is skipped.
    package var run: Int?
    package var records: [HistoryChange]
    package var deliveries: [PlannedDelivery]
    /// Pipelines whose failure is to be kept as a dead letter.
    package var failures: [StageDeadLetter]
    /// Pipelines that dropped it.
    package var drops: [PipelineTermination] = []
    /// The event's file, when it is to be fetched from now on.
    package var lateMedia: LateMedia?
    /// What happened; it is added to the traces of earlier runs.
    package var trace: EventTrace?

    package init(
        event: EventID,
        run: Int? = nil,
        records: [HistoryChange] = [],
        deliveries: [PlannedDelivery] = [],
        failures: [StageDeadLetter] = [],
        lateMedia: LateMedia? = nil,
        trace: EventTrace? = nil
    ) {
        self.event = event
        self.run = run
        self.records = records
        self.deliveries = deliveries
        self.failures = failures
        self.lateMedia = lateMedia
        self.trace = trace
    }
}

/// A stage that ended a pipeline for an event.
package struct PipelineTermination: Sendable, Hashable {
    package var pipeline: String
    /// The stage's id.
    package var stage: String
    /// Why it dropped the event, or how it failed.
    package var reason: String

    package init(pipeline: String, stage: String, reason: String) {
        self.pipeline = pipeline
        self.stage = stage
        self.reason = reason
    }
}

/// A stage that failed on an event, with `on_error: dead_letter`, or an event that the process died of. It is kept as a dead letter of the destination
/// `pipeline/NAME`; replaying it runs the event through its pipelines again.
package struct StageDeadLetter: Sendable {
    /// The stage's id; empty when no stage reported the failure.
    package var stage: String
    package var message: String
    package var reason: DeadLetterReason
    /// The event as it was, with the destination ``DestinationKey/pipeline(_:)``.
    package var delivery: PlannedDelivery

    package init(
        stage: String, message: String, reason: DeadLetterReason = .stageFailed, delivery: PlannedDelivery
    ) {
        self.stage = stage
        self.message = message
        self.reason = reason
        self.delivery = delivery
    }
}

/// Deliveries that are to be sent: what the dispatcher works on.
///
/// In each lane only the head is due: the lowest id that is queued, while none is in flight. A settlement that ends a
/// delivery makes the next of its lane due in the same transaction, so a claim never meets a blocked backlog.
///
/// A claim with a ``BatchPolicy`` takes requests of several deliveries. In one go deliveries that were never sent
/// together: the heads that are due, the oldest first, and as far as there is room what follows them in their lanes, in
/// order, so that a lane is never under way in two requests. It is handed over when it is full, or the oldest has
/// waited long enough. What was sent together before goes together again, with nothing else, as soon as it is due.
package protocol Outbox: Sendable {
    /// Puts what a dead process had in flight back into the queue, as an attempt that was interrupted; what has no
    /// attempt left becomes a dead letter. Due times that are later than the wait that was stored with them, counted
    /// from now, are brought forward: the clock was ahead when they were written.
    /// - Parameter maxAttempts: the policy's, by destination.
    func recover(
        at moment: Timestamp,
        maxAttempts: @escaping @Sendable (_ destination: DestinationKey) -> Int
    ) async throws(StoreError) -> StoreRecoveryReport

    /// Commits the results of attempts, and claims due deliveries for their next attempt, in one transaction.
    func exchange(
        _ settlements: [AttemptSettlement],
        claims: [DeliveryClaimRequest],
        at moment: Timestamp
    ) async throws(StoreError) -> [DeliveryClaimResult]

    /// When each destination with queued deliveries has its next one due.
    func dueTimes() async throws(StoreError) -> [DestinationKey: Timestamp]

    /// Destinations that have taken deliveries since the given moment, as far as the newest 20,000 finished deliveries
    /// tell.
    func destinationsThatAnswered(since moment: Timestamp) async throws(StoreError) -> Set<DestinationKey>

    /// Destinations that got new due deliveries, after each commit. For one listener.
    var newlyDue: AsyncStream<Set<DestinationKey>> { get }
}

/// A store that does all of an event's work, from its acceptance to the claim of its deliveries, in one transaction
/// where nothing has to be waited for.
package protocol SingleTransactionIntake: Sendable {
    /// From now on new events are given to a processor in the transaction that accepts them. What it has a result for
    /// is never pending.
    func process(with processor: any NewEventProcessor)

    /// From now on a delivery that is the first of its lane is claimed in the transaction that queues it, when the
    /// claimer has a place for it.
    func claim(with claimer: any NewDeliveryClaimer)
}

package struct StoreRecoveryReport: Sendable {
    /// Deliveries that were in flight and are queued again.
    package var requeued: Int
    /// Deliveries that were in flight with their last attempt and are dead letters now.
    package var dead: Int
    /// Deliveries whose due time was brought forward.
    package var pulledIn: Int

    package init(requeued: Int, dead: Int, pulledIn: Int = 0) {
        self.requeued = requeued
        self.dead = dead
        self.pulledIn = pulledIn
    }
}

/// Asks for what is due at a destination, at most `limit` requests.
package struct DeliveryClaimRequest: Sendable {
    package var destination: DestinationKey
    package var limit: Int
    /// Nil: one delivery for each request.
    package var batch: BatchPolicy?
    /// Deliveries that are taken only when nothing else is due; with a batch, requests that contain one.
    package var avoiding: Set<DeliveryID>

    package init(
        destination: DestinationKey,
        limit: Int,
        batch: BatchPolicy? = nil,
        avoiding: Set<DeliveryID> = []
    ) {
        self.destination = destination
        self.limit = limit
        self.batch = batch
        self.avoiding = avoiding
    }
}

package struct DeliveryClaimResult: Sendable {
    package var destination: DestinationKey
    /// The deliveries of each request, in order of the ids.
    package var batches: [[ClaimedDelivery]]
    /// When the destination has its next delivery due, or a batch that is not full is to go: now or earlier if the
    /// limit left some; nil when none is scheduled.
    package var nextDue: Timestamp?

    package init(destination: DestinationKey, batches: [[ClaimedDelivery]], nextDue: Timestamp?) {
        self.destination = destination
        self.batches = batches
        self.nextDue = nextDue
    }

    package var deliveries: [ClaimedDelivery] { batches.flatMap(\.self) }
}

/// The end of an attempt: its record and the delivery's next state.
package struct AttemptSettlement: Sendable {
    package enum Next: Sendable {
        case delivered
        case retry(at: Timestamp)
        /// Nothing was sent, for a reason on this machine: the attempt is not recorded and not counted.
        case unsent(until: Timestamp)
        case dead(DeadLetterReason)
    }

    package var delivery: DeliveryID
    package var attempt: DeliveryAttempt
    package var next: Next
    /// The batch of the retry: deliveries with the same value are sent together. Nil: with any others.
    package var batch: DeliveryID?

    package init(delivery: DeliveryID, attempt: DeliveryAttempt, next: Next, batch: DeliveryID? = nil) {
        self.delivery = delivery
        self.attempt = attempt
        self.next = next
        self.batch = batch
    }
}

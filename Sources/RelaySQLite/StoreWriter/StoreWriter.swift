internal import GRDB
internal import GRDBSQLite
internal import RelayCore

/// The changes that operations make to the database, and the state between them. It belongs to the writer's thread and
/// lives as long as its connection.
final class StoreWriter {
    let database: Database
    let statements: WriterStatements

    private var lastEvent: Int64
    private(set) var lastDelivery: Int64
    /// Sessions that are known to be registered.
    private var sessions: Set<String> = []
    /// Webhooks that are known to exist.
    private var webhooks: Set<String> = []
    /// The phones' JIDs of hidden identities: known pairs only, those of this transaction included.
    var identities = TwoGenerationCache<String>(capacity: 50_000)
    /// What this transaction adds to the counts, by destination and state.
    private var countChanges: [DestinationKey: SIMD8<Int64>] = [:]
    /// Destinations that this transaction gave new due deliveries.
    private var awakened: Set<DestinationKey> = []
    /// The events that this transaction accepts, in order.
    private var accepted: [RecentEvents.Entry] = []
    /// The newest event that this transaction marks as processed.
    private var processed = EventID(0)
    /// Those of this transaction included: what is not committed is never due.
    var unclaimed = UnclaimedDeliveries()
    /// The bodies of the event whose deliveries were stored last.
    var eventBodies = EventBodies()
    var lanes = OpenLanes()
    /// The numbers of chats, by their canonical ids.
    var chatNumbers = TwoGenerationCache<Int64>(capacity: 50_000)
    /// How long destinations were paused.
    private(set) var pausedTimes: [DestinationKey: Duration] = [:]
    /// Runs pipelines on new events; nil: they stay pending.
    private(set) var processor: (any NewEventProcessor)?
    /// Claims new deliveries; nil: they stay queued.
    private var claimer: (any NewDeliveryClaimer)?
    /// The claims of this transaction, in order.
    private var claimed: [ClaimedDelivery] = []
    /// The places that the claimer gave in this transaction.
    private var reserved: [DestinationKey] = []

    init(_ database: Database) throws {
        self.database = database
        statements = try WriterStatements(database)
        let last = try database.prepared(
            """
            SELECT max(ifnull((SELECT max(id) FROM events), 0), ifnull((SELECT max(event_id) FROM dedup), 0),
                    ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_event'), 0)),
                max(ifnull((SELECT max(id) FROM deliveries), 0),
                    ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'last_delivery'), 0))
            """
        ).first { ($0.int(0), $0.int(1)) }
        (lastEvent, lastDelivery) = last ?? (0, 0)
    }

    // MARK: Transactions

    /// - Parameter extensions: take part in the transaction.
    func begin(_ extensions: WriterExtensions) throws {
        (processor, claimer) = (extensions.processor, extensions.claimer)
        try statements.begin.run()
        try processor?.beginTransaction { limit in
            try database.prepared(
                "SELECT id, session, chat FROM events INDEXED BY events_pending WHERE state = 0 LIMIT ?"
            ).all([.int(Int64(limit))]) { row in
                PendingEventKey(id: EventID(row.int(0)), session: row.text(1), chat: row.optionalText(2))
            }
        }
    }

    func commit() throws {
        for (destination, changes) in countChanges {
            for state in DeliveryState.allCases where changes[state.rawValue] != 0 {
                try statements.changeCount.run(SQLValue(destination), SQLValue(state), .int(changes[state.rawValue]))
            }
        }
        try statements.commit.run()
        countChanges.removeAll(keepingCapacity: true)
        processor?.endTransaction(isCommitted: true)
        guard !reserved.isEmpty else { return }
        reserved.removeAll(keepingCapacity: true)
        claimer?.start(claimed)
        claimed.removeAll(keepingCapacity: true)
    }

    func rollback() {
        if let connection = database.sqliteConnection, sqlite3_get_autocommit(connection) == 0 {
            try? statements.rollback.run()
        }
        countChanges.removeAll(keepingCapacity: true)
        awakened = []
        accepted = []
        processed = EventID(0)
        unclaimed.removeAll()
        sessions = []
        webhooks = []
        identities.removeAll()
        eventBodies = EventBodies()
        lanes.removeAll()
        chatNumbers.removeAll()
        pausedTimes = [:]
        processor?.endTransaction(isCommitted: false)
        if !reserved.isEmpty { claimer?.release(reserved) }
        reserved = []
        claimed = []
    }

    func takeAwakened() -> Set<DestinationKey> {
        defer { awakened = [] }
        return awakened
    }

    /// An event was stored as pending.
    func noteAccepted(_ event: Event, size: Int) {
        accepted.append(RecentEvents.Entry(event: event, size: size))
        processor?.isPending(PendingEventKey(id: event.id, session: event.session, chat: event.chat))
    }

    /// Takes a place for a request to a destination. The delivery must be stored in flight, see ``noteClaimed(_:)``.
    func reserveClaim(of destination: DestinationKey) -> Bool {
        guard let claimer, claimer.reserve(destination) else { return false }
        reserved.append(destination)
        return true
    }

    /// A delivery was stored in flight.
    func noteClaimed(_ delivery: ClaimedDelivery) { claimed.append(delivery) }

    func rememberPausedTime(_ time: Duration, of destination: DestinationKey) {
        if pausedTimes.count >= 100_000 { pausedTimes = [:] }
        pausedTimes[destination] = time
    }

    func forgetPausedTime(of destination: DestinationKey) { pausedTimes[destination] = nil }

    func noteProcessed(_ event: EventID) {
        processed = max(processed, event)
    }

    /// What the transaction that was committed has done to the journal.
    func takeJournalChanges() -> (accepted: [RecentEvents.Entry], processed: EventID) {
        defer {
            accepted.removeAll(keepingCapacity: true)
            processed = EventID(0)
        }
        return (accepted, processed)
    }

    /// The newest event, of transactions that failed included.
    var newestEvent: EventID { EventID(lastEvent) }

    // MARK: State between operations

    /// The id of a new event. The order of ids is the order of commits.
    func nextEvent(at moment: Timestamp) -> Int64 {
        lastEvent = SortableIDCodec.next(after: lastEvent, at: moment)
        return lastEvent
    }

    func nextDelivery(at moment: Timestamp) -> Int64 {
        lastDelivery = SortableIDCodec.next(after: lastDelivery, at: moment)
        return lastDelivery
    }

    /// Stores the last ids, so that none is used again after retention has deleted its row.
    func keepLastIDs() throws {
        try setMeta("last_event", lastEvent)
        try setMeta("last_delivery", lastDelivery)
    }

    /// Changes a row, so that its transaction has something to write.
    func noteWriteCheck(at moment: Timestamp) throws {
        try setMeta("write_check", moment.milliseconds)
    }

    private func setMeta(_ name: String, _ value: Int64) throws {
        try database.run(
            "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            .text(name), .blob(Array(String(value).utf8)))
    }

    /// Whether a session must still be registered. It counts as registered from now on.
    func isNewSession(_ session: String) -> Bool {
        // Bounded, because a sender may invent any number of sessions.
        if sessions.count >= 100_000 { sessions = [] }
        return sessions.insert(session).inserted
    }

    func forgetSession(_ session: String) {
        sessions.remove(session)
    }

    func isKnownWebhook(_ id: String) -> Bool { webhooks.contains(id) }

    func rememberWebhook(_ id: String) {
        if webhooks.count >= 100_000 { webhooks = [] }
        webhooks.insert(id)
    }

    func forgetWebhook(_ id: String) {
        webhooks.remove(id)
    }

    /// Moves deliveries from one count to another. Nil: they are new, or deleted.
    func count(_ destination: DestinationKey, from: DeliveryState?, to: DeliveryState?, times: Int = 1) {
        var changes = countChanges[destination] ?? .zero
        if let from { changes[from.rawValue] -= Int64(times) }
        if let to { changes[to.rawValue] += Int64(times) }
        countChanges[destination] = changes
    }

    /// How many deliveries of a destination are in a state, this transaction's included.
    func count(_ destination: DestinationKey, in state: DeliveryState) throws -> Int64 {
        let stored = try database.prepared("SELECT n FROM delivery_counts WHERE destination = ? AND state = ?")
            .first(SQLValue(destination), SQLValue(state)) { $0.int(0) }
        return (stored ?? 0) + (countChanges[destination]?[state.rawValue] ?? 0)
    }

    /// The destinations that have deliveries, this transaction's included.
    func destinations() throws -> Set<DestinationKey> {
        let stored = try database.prepared("SELECT DISTINCT destination FROM delivery_counts").all { $0.destination(0) }
        return Set(stored).union(countChanges.keys)
    }

    func wake(_ destination: DestinationKey) {
        awakened.insert(destination)
    }

    /// Runs a body whose result already has the due deliveries of these destinations, so that they are not reported.
    func withoutWaking<T>(_ destinations: [DestinationKey], _ body: () throws -> T) rethrows -> T {
        let before = awakened
        awakened = []
        defer { awakened = before.union(awakened.subtracting(destinations)) }
        return try body()
    }

    /// Free bytes inside the database file.
    var freeBytes: Int { bytes(ofPages: "PRAGMA freelist_count") }

    /// Bytes of the database, those in the log included.
    var databaseBytes: Int { bytes(ofPages: "PRAGMA page_count") }

    private func bytes(ofPages pragma: String) -> Int {
        let count = try? database.prepared(pragma).first { Int($0.int(0)) }
        let size = try? database.prepared("PRAGMA page_size").first { Int($0.int(0)) }
        return (count ?? 0) * (size ?? 0)
    }
}

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

    func begin() throws {
        try statements.begin.run()
    }

    func commit() throws {
        for (destination, changes) in countChanges {
            for state in DeliveryState.allCases where changes[state.rawValue] != 0 {
                try statements.changeCount.run(SQLValue(destination), SQLValue(state), .int(changes[state.rawValue]))
            }
        }
        try statements.commit.run()
        countChanges.removeAll(keepingCapacity: true)
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
    }

    func takeAwakened() -> Set<DestinationKey> {
        defer { awakened = [] }
        return awakened
    }

    func noteAccepted(_ event: Event, size: Int) {
        accepted.append(RecentEvents.Entry(event: event, size: size))
    }

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

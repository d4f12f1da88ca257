internal import GRDB
internal import GRDBSQLite
internal import RelayCore

/// The writer's view of the database: what operations call, and what must be known between them. It lives on the
/// writer's thread, as long as its connection.
final class StoreWriter {
    let database: Database
    let statements: WriterStatements

    private var lastEvent: Int64
    private(set) var lastDelivery: Int64
    /// Sessions that are known to be registered.
    private var sessions: Set<String> = []
    /// What this transaction adds to the counts, by destination and state.
    private var countChanges: [String: SIMD8<Int64>] = [:]
    /// Destinations that this transaction gave new due deliveries.
    private var awakened: Set<String> = []

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
                try statements.changeCount.run(.text(destination), SQLValue(state), .int(changes[state.rawValue]))
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
        sessions = []
    }

    func takeAwakened() -> Set<String> {
        defer { awakened = [] }
        return awakened
    }

    // MARK: What is known between operations

    /// A new event's id: order of ids is order of commits.
    func nextEvent(at moment: Timestamp) -> Int64 {
        lastEvent = SortableID.next(after: lastEvent, at: moment)
        return lastEvent
    }

    func nextDelivery(at moment: Timestamp) -> Int64 {
        lastDelivery = SortableID.next(after: lastDelivery, at: moment)
        return lastDelivery
    }

    /// Keeps ids from coming again after retention has deleted the rows that had them.
    func keepLastIDs() throws {
        let sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        try database.run(sql, .text("last_event"), .blob(Array(String(lastEvent).utf8)))
        try database.run(sql, .text("last_delivery"), .blob(Array(String(lastDelivery).utf8)))
    }

    /// Whether a session is yet to be registered; it is known from now on.
    func isNewSession(_ session: String) -> Bool {
        // A sender that makes up sessions must not fill the memory.
        if sessions.count >= 100_000 { sessions = [] }
        return sessions.insert(session).inserted
    }

    func forgetSession(_ session: String) {
        sessions.remove(session)
    }

    /// Counts deliveries out of one state and into another; nil: they come to be, or are deleted.
    func count(_ destination: String, from: DeliveryState?, to: DeliveryState?, times: Int = 1) {
        var changes = countChanges[destination] ?? .zero
        if let from { changes[from.rawValue] -= Int64(times) }
        if let to { changes[to.rawValue] += Int64(times) }
        countChanges[destination] = changes
    }

    /// How many deliveries of a destination are in a state, this transaction's included.
    func count(_ destination: String, in state: DeliveryState) throws -> Int64 {
        let stored = try database.prepared("SELECT n FROM delivery_counts WHERE destination = ? AND state = ?")
            .first(.text(destination), SQLValue(state)) { $0.int(0) }
        return (stored ?? 0) + (countChanges[destination]?[state.rawValue] ?? 0)
    }

    func wake(_ destination: String) {
        awakened.insert(destination)
    }

    /// Runs something whose caller learns of these destinations' due deliveries by its result, and needs no waking.
    func withoutWaking<T>(_ destinations: [String], _ body: () throws -> T) rethrows -> T {
        let before = awakened
        awakened = []
        defer { awakened = before.union(awakened.subtracting(destinations)) }
        return try body()
    }

    /// Bytes in the database that hold nothing any more and will be used first.
    var freeBytes: Int { bytes(ofPages: "PRAGMA freelist_count") }

    /// Bytes that the database has, those in the log included.
    var databaseBytes: Int { bytes(ofPages: "PRAGMA page_count") }

    private func bytes(ofPages pragma: String) -> Int {
        let count = try? database.prepared(pragma).first { Int($0.int(0)) }
        let size = try? database.prepared("PRAGMA page_size").first { Int($0.int(0)) }
        return (count ?? 0) * (size ?? 0)
    }
}

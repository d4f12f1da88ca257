package import RelayCore

/// How much a store holds.
package struct StoreStatistics: Sendable, Hashable {
    package struct Table: Sendable, Hashable {
        package let name: String
        package let rows: Int64
        /// With the indexes; nil when the database cannot tell.
        package let bytes: Int64?
    }

    /// The deliveries in one state.
    package struct Deliveries: Sendable, Hashable {
        package let state: DeliveryState
        package let count: Int64
        /// When the oldest was created.
        package let oldest: Timestamp?
    }

    /// Where the store is, for people.
    package let name: String
    /// The version of the tables.
    package let version: Int64
    package let tables: [Table]
    /// Events that no pipeline has finished.
    package let pendingEvents: Int64
    /// When the oldest of them was received.
    package let oldestPendingEvent: Timestamp?
    /// Of every state, in the order of ``DeliveryState``.
    package let deliveries: [Deliveries]

    /// Counts everything, which reads the whole store.
    /// - Throws: ``StoreError/Code/notFound`` when the database has no tables.
    package init(_ store: any StoreMaintenance) throws {
        name = store.name
        version = try store.version()
        guard version > 0 else {
            throw StoreError(
                .notFound, "\(name) has no tables yet; start zaphub serve, or run zaphub store migrate")
        }
        let bytes = try store.tableBytes()
        tables = try store.tables().map { table in
            Table(name: table.name, rows: try store.rowCount(of: table), bytes: bytes.map { $0[table.name] ?? 0 })
        }
        let pending = try store.database.prepared("SELECT count(*), min(received_at) FROM events WHERE state = 0")
            .first { ($0.int(0), $0.optionalTime(1)) }
        (pendingEvents, oldestPendingEvent) = pending ?? (0, nil)
        let found = try store.database.prepared(
            "SELECT state, count(*), min(created_at) FROM deliveries GROUP BY state"
        ).all { (state: $0.int(0), count: $0.int(1), oldest: $0.optionalTime(2)) }
        deliveries = DeliveryState.allCases.map { state in
            let row = found.first { $0.state == Int64(state.rawValue) }
            return Deliveries(state: state, count: row?.count ?? 0, oldest: row?.oldest)
        }
    }
}

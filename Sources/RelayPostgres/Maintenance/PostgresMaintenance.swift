package import RelayCore
package import RelaySQL

/// The database of a store, for the maintenance commands.
package final class PostgresMaintenance: StoreMaintenance {
    package let name: String
    package let database: SQLConnection
    let connection: PostgresConnection

    /// Connects, and blocks meanwhile.
    /// - Throws: ``StoreError/Code/unavailable``.
    package init(_ address: PostgresAddress) throws(StoreError) {
        do {
            connection = try PostgresConnection(address, applicationName: "zaphub maintenance")
        } catch {
            throw StoreError(error)
        }
        name = address.description
        database = SQLConnection(connection)
    }

    /// Brings the tables up to date, and makes them where there are none.
    /// - Parameter key: what the store's credentials are encrypted with.
    package func migrate(key: CredentialEncryptionKey) throws(StoreError) -> StoreMigration {
        do {
            try PostgresServerCheck.run(connection)
            let before = try version()
            try PostgresSchema.migrate(connection, name: name, key: key)
            return StoreMigration(from: before, to: try version())
        } catch {
            throw StoreError(error)
        }
    }

    /// Reads one snapshot of the database, in a transaction that cannot write.
    package func read<T>(_ body: (PostgresMaintenance) throws -> T) throws(StoreError) -> T {
        do {
            try connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let value = try body(self)
            try connection.query("ROLLBACK")
            return value
        } catch {
            throw StoreError(error)
        }
    }

    // MARK: StoreMaintenance

    package var currentVersion: Int64 { PostgresSchemaSteps.current.version }

    package func version() throws -> Int64 { try PostgresSchema.storedVersion(connection).number }

    package func oldestUsableVersion() throws -> Int64 { try PostgresSchema.storedVersion(connection).compatibleFrom }

    package func mayUpgradeBesideRelays(from version: Int64) -> Bool {
        PostgresSchemaSteps.current.compatibleFrom(at: currentVersion) <= version
    }

    package func tables() throws -> [StoreTable] {
        let rows = try connection.query(
            """
            SELECT c.relname::text, a.attname::text, a.atttypid::bigint,
                coalesce(array_position(i.indkey::smallint[], a.attnum), -1)::bigint
            FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
            ORDER BY c.relname COLLATE "C", a.attnum
            """
        ).all { row in
            let column = StoreTable.Column(name: row.text(1), type: Self.valueType(row.int(2)))
            return (table: row.text(0), column: column, place: row.int(3))
        }
        return Dictionary(grouping: rows) { $0.table }.sorted { $0.key < $1.key }.map { name, rows in
            let key = rows.filter { $0.place >= 0 }.sorted { $0.place < $1.place }
            return StoreTable(name: name, columns: rows.map { $0.column }, key: key.map { $0.column.name })
        }
    }

    private static func valueType(_ number: Int64) -> StoreTable.Column.ValueType {
        switch UInt32(truncatingIfNeeded: number) {
        case PostgresType.int8: .integer
        case PostgresType.text: .text
        case PostgresType.bytea: .bytes
        default: .other
        }
    }

    package func tableBytes() throws -> [String: Int64]? {
        // pg_partition_tree is empty for a table without partitions.
        let rows = try connection.query(
            """
            SELECT c.relname::text, coalesce(
                (SELECT sum(pg_total_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t),
                pg_total_relation_size(c.oid))::bigint
            FROM pg_class c
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
            """
        ).all { ($0.text(0), $0.int(1)) }
        return Dictionary(rows) { $0 + $1 }
    }

    package func error(_ error: any Error) -> StoreError { StoreError(error) }
}

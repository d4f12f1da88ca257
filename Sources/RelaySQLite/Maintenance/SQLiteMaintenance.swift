internal import GRDB
internal import Glibc
package import RelayCore
package import RelaySQL

/// The file of a store, for the maintenance commands. It is valid in the call that gives it.
package final class SQLiteMaintenance: StoreMaintenance {
    package let name: String
    package let database: SQLConnection
    private let connection: Database

    private init(path: String, _ connection: Database) {
        name = path
        self.connection = connection
        database = SQLConnection(SQLiteDriver(connection))
    }

    /// Reads one snapshot of a store's file, on a connection that cannot write.
    /// - Parameter isExclusive: keeps every relay away meanwhile; else one may be running.
    /// - Throws: ``StoreError/Code/notFound`` when there is no file, ``StoreError/Code/locked`` when a relay runs that must
    ///   not, ``StoreError/Code/unavailable`` when the file cannot be read. What `body` throws is a `StoreError` as well.
    package static func read<T>(
        _ path: String, isExclusive: Bool = false, _ body: (SQLiteMaintenance) throws -> T
    ) throws(StoreError) -> T {
        guard access(path, F_OK) == 0 else {
            throw StoreError(
                .notFound, "there is no store \(path); correct the path, or start zaphub serve, which makes it")
        }
        let lock = try isExclusive ? StoreFileLock(path: path + ".lock") : nil
        defer { lock?.release() }
        do {
            let queue = try openReader(path)
            defer { try? queue.close() }
            return try queue.read { try body(SQLiteMaintenance(path: path, $0)) }
        } catch {
            throw StoreError(error)
        }
    }

    /// Brings the tables up to date, and makes them where there are none.
    /// - Parameter key: what the store's credentials are encrypted with.
    /// - Throws: ``StoreError/Code/locked`` when a relay runs; see ``SQLiteStore``.
    package static func migrate(_ path: String, key: CredentialEncryptionKey) throws(StoreError) -> StoreMigration {
        try StoreFileDirectory.create(containing: path)
        let lock = try StoreFileLock(path: path + ".lock")
        defer { lock.release() }
        try StoreFileDirectory.createFile(path)
        do {
            let queue = try StoreConnectionFactory.openWriter(path, cacheBytes: 64 << 20)
            // Moves the log into the file.
            defer { try? queue.close() }
            return try queue.writeWithoutTransaction { database in
                let before = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
                try SQLiteSchema.migrate(database, path: path, key: key)
                return StoreMigration(from: before, to: SQLiteSchema.version)
            }
        } catch {
            throw StoreError(error)
        }
    }

    private static func openReader(_ path: String) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.label = "relay.store.maintenance"
        configuration.readonly = true
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA query_only = ON;
                    PRAGMA mmap_size = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA wal_autocheckpoint = 0;
                    """)
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    // MARK: StoreMaintenance

    package var currentVersion: Int64 { SQLiteSchema.version }

    package func version() throws -> Int64 { try Int64.fetchOne(connection, sql: "PRAGMA user_version") ?? 0 }

    package func tables() throws -> [StoreTable] {
        let rows = try database.prepare(
            """
            SELECT t.name, c.name, c.type, c.pk FROM sqlite_master t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY t.name, c.cid
            """
        ).all { row in
            let column = StoreTable.Column(name: row.text(1), type: Self.valueType(row.text(2)))
            return (table: row.text(0), column: column, place: row.int(3))
        }
        return Dictionary(grouping: rows) { $0.table }.sorted { $0.key < $1.key }.map { name, rows in
            let key = rows.filter { $0.place > 0 }.sorted { $0.place < $1.place }
            return StoreTable(name: name, columns: rows.map { $0.column }, key: key.map { $0.column.name })
        }
    }

    private static func valueType(_ name: String) -> StoreTable.Column.ValueType {
        switch name {
        case "INTEGER": .integer
        case "TEXT": .text
        case "BLOB": .bytes
        default: .other
        }
    }

    package func tableBytes() throws -> [String: Int64]? {
        // A library without it has no table dbstat.
        guard try hasPageStatistics() else { return nil }
        let rows = try database.prepare(
            """
            SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_master s ON s.name = d.name
            WHERE d.aggregate = 1 GROUP BY s.tbl_name
            """
        ).all { ($0.text(0), $0.int(1)) }
        return Dictionary(rows) { $0 + $1 }
    }

    private func hasPageStatistics() throws -> Bool {
        try database.prepare("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'").first { _ in true } ?? false
    }

    package func findings() throws -> [DoctorFinding] {
        let found = try database.prepare("PRAGMA integrity_check(20)").all { $0.text(0) }
        guard found != ["ok"] else { return [DoctorFinding(.good, "integrity_check finds no damage")] }
        let fix =
            "stop the relay, keep a copy of \(name) and its -wal file, and go back to a backup; what the file still has "
            + "can be read with: sqlite3 \(name) .recover"
        return found.map { DoctorFinding(.problem, "integrity_check: \($0)", fix: fix) }
    }

    package func error(_ error: any Error) -> StoreError { StoreError(error) }
}

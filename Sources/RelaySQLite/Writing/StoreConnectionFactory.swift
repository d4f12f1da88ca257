internal import CSQLite
internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import RelayCore
internal import RelaySQL

/// How the store's connections are opened. Exactly one writes and checkpoints: before SQLite 3.51.3 two that checkpoint
/// at once can lose commits (the WAL-reset bug). For the same reason there is no memory-mapped I/O.
enum StoreConnectionFactory {
    /// Once in a process, before its first connection.
    private static let usesNoMemoryStatistics = csqlite_disable_memory_statistics() == SQLITE_OK

    static func openWriter(_ path: String, cacheBytes: Int) throws -> DatabaseQueue {
        _ = usesNoMemoryStatistics
        var configuration = GRDB.Configuration()
        configuration.label = "relay.store.writer"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 1
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try setUp(writer: database, path: path, cacheBytes: cacheBytes)
        }
        return queue
    }

    /// Slots of this size hold the rows of most messages.
    private static let (slotBytes, slots): (Int32, Int32) = (4096, 128)

    private static func setUp(writer database: Database, path: String, cacheBytes: Int) throws {
        if let connection = database.sqliteConnection { csqlite_set_lookaside(connection, slotBytes, slots) }
        guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")?.lowercased() == "wal" else {
            throw StoreError(
                .unavailable,
                "the file system of \(path) does not allow SQLite's write-ahead log; put the store on a local disk"
            )
        }
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA mmap_size = 0;
                PRAGMA temp_store = MEMORY;
                PRAGMA cache_size = -\(cacheBytes / 1024);
                PRAGMA journal_size_limit = \(32 << 20);
                PRAGMA wal_autocheckpoint = 0;
                """
        )
        // Other settings can reset it, and every promise of the store depends on it.
        let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
        guard synchronous == 2 else {
            throw StoreError(
                .unavailable,
                "SQLite did not take synchronous=FULL (it says \(synchronous.map(String.init) ?? "nothing"))"
            )
        }
    }

    /// Connections that can only read.
    static func openReaders(_ path: String, count: Int, cacheBytes: Int) throws -> DatabasePool {
        var configuration = GRDB.Configuration()
        configuration.label = "relay.store.reader"
        configuration.readonly = true
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = count
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA query_only = ON;
                    PRAGMA mmap_size = 0;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -\(cacheBytes / 1024);
                    PRAGMA wal_autocheckpoint = 0;
                    """
            )
        }
        return try DatabasePool(path: path, configuration: configuration)
    }
}

internal import GRDB
internal import GRDBSQLite

/// Moves the write-ahead log into the database file between transactions, so that nobody who waits for a commit waits
/// for that as well.
final class Checkpoints {
    /// 16 MiB in pages of 4 KiB.
    private static let busyThreshold: Int32 = 4000
    private static let idleThreshold: Int32 = 1000

    private let connection: OpaquePointer
    /// Pages in the log after the last commit; SQLite writes it.
    private let pages: UnsafeMutablePointer<Int32>
    /// Pages that were in the log at the last attempt: a long read may have kept it from starting over.
    private var attemptedAt: Int32 = 0

    /// - Parameter database: must outlive this.
    init?(_ database: Database) {
        guard let connection = database.sqliteConnection else { return nil }
        self.connection = connection
        pages = .allocate(capacity: 1)
        pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            },
            pages
        )
    }

    func run(isIdle: Bool) {
        let count = pages.pointee
        if count < attemptedAt { attemptedAt = 0 }
        guard count - attemptedAt >= (isIdle ? Self.idleThreshold : Self.busyThreshold) else { return }
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        attemptedAt = count
    }

    /// Empties the log file, to give its space back to the disk.
    func truncate() {
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }

    deinit {
        sqlite3_wal_hook(connection, nil, nil)
        pages.deallocate()
    }
}

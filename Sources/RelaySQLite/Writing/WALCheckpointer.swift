internal import GRDB
internal import GRDBSQLite
internal import Glibc
internal import RelaySQL

/// Moves the write-ahead log into the database file between transactions, so that no commit has to wait for it.
final class WALCheckpointer {
    private let connection: OpaquePointer
    private let path: String
    private let busyThreshold: Int32
    private let idleThreshold: Int32
    /// Pages in the log after the last commit; SQLite writes it.
    private let pages: UnsafeMutablePointer<Int32>
    /// Pages that were in the log at the last attempt: a long read may have kept it from starting over.
    private var attemptedAt: Int32 = 0

    /// - Parameters:
    ///   - database: must outlive this.
    ///   - reserve: bytes in reserve for a full disk. The log is kept shorter, so that there is always space to empty
    ///     it; by default it has 4,000 pages, about 16 MiB.
    init?(_ database: Database, path: String, reserve: Int) {
        guard let connection = database.sqliteConnection else { return nil }
        self.connection = connection
        self.path = path
        let pages = reserve > 0 ? min(4000, max(Int32(clamping: reserve / 4096), 64)) : 4000
        busyThreshold = pages
        idleThreshold = pages / 4
        self.pages = .allocate(capacity: 1)
        self.pages.initialize(to: 0)
        sqlite3_wal_hook(
            connection,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            },
            self.pages
        )
    }

    func run(isIdle: Bool) {
        let count = pages.pointee
        if count < attemptedAt { attemptedAt = 0 }
        guard count - attemptedAt >= (isIdle ? idleThreshold : busyThreshold) else { return }
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        attemptedAt = count
    }

    /// Empties the log file, to give its space back to the disk. Not when the database file would have to grow by more
    /// than the disk has: half of that would use up the space and free none.
    /// - Parameter databaseBytes: what the database file will have then.
    func truncate(databaseBytes: Int) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        guard databaseBytes - Int(status.st_size) <= StoreFileDirectory.freeBytes(at: path) else { return }
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        attemptedAt = 0
        pages.pointee = 0
    }

    deinit {
        sqlite3_wal_hook(connection, nil, nil)
        pages.deallocate()
    }
}

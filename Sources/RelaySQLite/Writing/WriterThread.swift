internal import Foundation
internal import GRDB
internal import Logging
internal import RelayCore
internal import RelaySQL

/// The thread that writes. It owns the only connection that may write, performs everything in the queue in one
/// transaction, and answers the callers when that is on disk.
struct WriterThread {
    let path: String
    let cacheBytes: Int
    let clock: any RelayClock
    let shared: SQLStore.Shared
    let logger: Logger
    let diskReserve: DiskReserveFile

    /// Starts the thread.
    /// - Parameters:
    ///   - prepare: runs first on the connection; its error is thrown to the caller and ends the thread.
    ///   - isOver: called when everything is written and the connection closed.
    func start(
        prepare: @escaping @Sendable (Database) throws -> Void,
        isOver: @escaping @Sendable () -> Void
    ) async throws(StoreError) {
        let opened: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do {
                    let queue = try StoreConnectionFactory.openWriter(path, cacheBytes: cacheBytes)
                    try queue.writeWithoutTransaction { database in
                        try prepare(database)
                        let connection = SQLConnection(SQLiteDriver(database))
                        _ = try StoreWriter(connection, ids: RisingIDs(connection), dialect: shared.dialect)
                    }
                    continuation.resume(returning: .success(()))
                    run(queue)
                } catch {
                    continuation.resume(returning: .failure(StoreError(error)))
                }
                isOver()
            }
            thread.name = "relay.store"
            thread.stackSize = 4 << 20
            thread.start()
        }
        try opened.get()
    }

    /// Runs until the queue is closed, on a new connection when one fails.
    private func run(_ first: DatabaseQueue) {
        var queue = first
        var diskReserve = diskReserve
        if !diskReserve.take() {
            logger.warning(
                "no room for the store's reserve of disk space: a full disk will also stop settling deliveries",
                metadata: ["path": "\(diskReserve.path)", "bytes": "\(diskReserve.size)"]
            )
        }
        while true {
            do {
                let isOver = try queue.writeWithoutTransaction { try serve($0, diskReserve: &diskReserve) }
                try? queue.close()
                if isOver { return }
            } catch {
                logger.error("the store's database failed", metadata: ["error": "\(error)"])
                try? queue.close()
                guard refuse(StoreError(error)) else { return }
            }
            guard let next = reopen() else { return }
            queue = next
        }
    }

    /// Opens a new connection. Until that succeeds every operation is refused. Nil when the queue is closed.
    private func reopen() -> DatabaseQueue? {
        while true {
            let attempt = clock.now
            do {
                let queue = try StoreConnectionFactory.openWriter(path, cacheBytes: cacheBytes)
                logger.notice("the store's database is open again", metadata: ["path": "\(path)"])
                return queue
            } catch {
                logger.error("the store's database cannot be opened", metadata: ["error": "\(error)"])
                repeat {
                    guard refuse(StoreError(error)) else { return nil }
                } while clock.now < attempt + Self.pause
            }
        }
    }

    /// Between attempts to open the database again.
    private static let pause = Duration.seconds(1)

    /// Waits for operations and refuses them. False when the queue is closed and empty.
    private func refuse(_ error: StoreError) -> Bool {
        guard let batch = shared.operations.next() else { return false }
        for operation in batch { operation.fail(error) }
        return true
    }

    /// Returns true when the queue is closed and empty, false when the connection must not be used any more.
    private func serve(_ database: Database, diskReserve: inout DiskReserveFile) throws -> Bool {
        let connection = SQLConnection(SQLiteDriver(database))
        let ids = try RisingIDs(connection)
        let writer = try StoreWriter(connection, ids: ids, dialect: shared.dialect)
        guard let checkpoints = WALCheckpointer(database, path: path, reserve: diskReserve.size) else { return false }
        shared.recentEvents.restart(after: EventID(ids.lastEvent))
        var space = DiskFullState(diskReserve: diskReserve, logger: logger)
        defer { diskReserve = space.diskReserve }
        while let batch = shared.operations.next() {
            var transactions = TransactionRunner(
                writer: writer, ids: ids, checkpoints: checkpoints, shared: shared, space: space)
            let isHealthy = transactions.perform(batch)
            space = transactions.space
            guard isHealthy else { return false }
            checkpoints.run(isIdle: shared.operations.count == 0)
        }
        return true
    }
}

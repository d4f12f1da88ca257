internal import Foundation
internal import GRDB
internal import Logging
internal import RelayCore

/// The thread that writes: it owns the one connection that may, takes everything that waits in the inbox into one
/// transaction, and tells the callers when that is on disk.
struct WriterThread {
    let path: String
    let cacheBytes: Int
    let clock: any RelayClock
    let inbox: WriteQueue
    let wakeups: ChangeNotifications
    let logger: Logger
    let ballast: DiskReserve

    /// Starts the thread.
    /// - Parameters:
    ///   - prepare: what to do first on the connection; its failure is handed back and ends the thread.
    ///   - isOver: called when everything is written and the connection closed.
    func start(
        prepare: @escaping @Sendable (Database) throws -> Void,
        isOver: @escaping @Sendable () -> Void
    ) async throws(StoreError) {
        let opened: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do {
                    let queue = try StoreConnections.openWriter(path, cacheBytes: cacheBytes)
                    try queue.writeWithoutTransaction { database in
                        try prepare(database)
                        _ = try StoreWriter(database)
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

    /// Serves until the inbox is closed, on new connections when one fails.
    private func run(_ first: DatabaseQueue) {
        var queue = first
        var ballast = ballast
        if !ballast.take() {
            logger.warning(
                "no room for the store's reserve of disk space: a full disk will also stop settling deliveries",
                metadata: ["path": "\(ballast.path)", "bytes": "\(ballast.size)"]
            )
        }
        while true {
            do {
                let isOver = try queue.writeWithoutTransaction { try serve($0, ballast: &ballast) }
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

    /// A new connection, as soon as one can be had; until then everything is refused. Nil when the inbox is closed.
    private func reopen() -> DatabaseQueue? {
        while true {
            let attempt = clock.now
            do {
                let queue = try StoreConnections.openWriter(path, cacheBytes: cacheBytes)
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

    /// Waits for operations and refuses them. False when the inbox is closed and empty.
    private func refuse(_ error: StoreError) -> Bool {
        guard let batch = inbox.next() else { return false }
        for operation in batch { operation.fail(error) }
        return true
    }

    /// Returns true when the inbox is closed and empty, false when the connection is not to be trusted any more.
    private func serve(_ database: Database, ballast: inout DiskReserve) throws -> Bool {
        let ledger = try StoreWriter(database)
        guard let checkpoints = Checkpointer(database, path: path, reserve: ballast.size) else { return false }
        var space = DiskSpaceGuard(ballast: ballast, logger: logger)
        defer { ballast = space.ballast }
        while let batch = inbox.next() {
            var transactions = TransactionRunner(
                ledger: ledger, checkpoints: checkpoints, wakeups: wakeups, space: space)
            let isHealthy = transactions.perform(batch)
            space = transactions.space
            guard isHealthy else { return false }
            checkpoints.run(isIdle: inbox.count == 0)
        }
        return true
    }
}

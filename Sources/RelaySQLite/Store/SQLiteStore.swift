internal import GRDB
package import Logging
package import RelayCore

/// The store in one SQLite file: a thread that writes, group commit with `synchronous=FULL`, and connections that read.
///
/// Beside the file `PATH` lie `PATH-wal` and `PATH-shm` (SQLite's), `PATH.lock` (held while the store is open) and
/// `PATH.ballast` (disk space in reserve).
package final class SQLiteStore: RelayStore {
    let key: SecretKey
    let inbox: WriteQueue
    let notices: ChangeNotifications
    let readers: DatabasePool
    let logger: Logger
    private let end: CompletionSignal

    /// Opens the store, and makes it where there is none.
    /// - Parameters:
    ///   - path: the database file; its directory is made if need be.
    ///   - secretKey: encrypts credentials; it must be the one that the store was made with.
    ///   - clock: says when to try again after the database has failed.
    /// - Throws: ``StoreError/Code/locked``, ``StoreError/Code/tooNew``, ``StoreError/Code/wrongKey``, or
    ///   ``StoreError/Code/unavailable`` when the file cannot be used.
    package static func open(
        path: String,
        secretKey: SecretKey,
        clock: any RelayClock,
        logger: Logger,
        configuration: Configuration = Configuration()
    ) async throws(StoreError) -> SQLiteStore {
        try StoreDirectory.create(containing: path)
        let lock = try FileLock(path: path + ".lock")
        try StoreDirectory.createFile(path)
        let inbox = WriteQueue(
            maxOperations: configuration.maxWaitingOperations, maxBytes: configuration.maxWaitingBytes)
        let notices = ChangeNotifications()
        let end = CompletionSignal()
        let writer = WriterThread(
            path: path,
            cacheBytes: configuration.cacheBytes,
            clock: clock,
            inbox: inbox,
            wakeups: notices,
            logger: logger,
            ballast: DiskReserve(path: path + ".ballast", size: configuration.ballastBytes)
        )
        do throws(StoreError) {
            try await writer.start(
                prepare: { try Schema.migrate($0, path: path, key: secretKey) },
                isOver: {
                    // Held to the last write, also of a store that nobody closed.
                    lock.release()
                    end.complete()
                }
            )
        } catch {
            // The thread releases the lock after it has told why it cannot start.
            await end.wait()
            throw error
        }
        do {
            let readers = try StoreConnections.openReaders(
                path, count: configuration.readers, cacheBytes: configuration.cacheBytes / 8
            )
            return SQLiteStore(
                key: secretKey, inbox: inbox, notices: notices, readers: readers, logger: logger, end: end
            )
        } catch {
            inbox.close()
            await end.wait()
            throw StoreError(error)
        }
    }

    private init(
        key: SecretKey,
        inbox: WriteQueue,
        notices: ChangeNotifications,
        readers: DatabasePool,
        logger: Logger,
        end: CompletionSignal
    ) {
        self.key = key
        self.inbox = inbox
        self.notices = notices
        self.readers = readers
        self.logger = logger
        self.end = end
    }

    /// Writes what was asked for before, and lets go of the file. What is asked for later is refused.
    package func close() async {
        notices.finish()
        // Readers first: the connection that closes last moves the log into the file, and that must be the writer.
        try? readers.close()
        inbox.close()
        await end.wait()
    }

    deinit {
        notices.finish()
        inbox.close()
    }

    package var wakeups: AsyncStream<Set<String>> { notices.stream }

    // MARK: Access

    /// Does something in the writer's next transaction, and returns when that is on disk.
    /// - Parameters:
    ///   - rows: about how many it writes.
    ///   - bytes: about how many wait with it.
    ///   - body: called on the writer's thread, perhaps twice. It throws a ``StoreError`` only before it has written.
    func write<T: Sendable>(
        rows: Int = 1,
        bytes: Int = 0,
        space: WriteOperation.Space = .grows,
        _ body: @escaping @Sendable (StoreWriter) throws -> T
    ) async throws(StoreError) -> T {
        let result: Result<T, StoreError> = await withCheckedContinuation { continuation in
            let operation = WriteOperation(rows: rows, bytes: bytes, space: space) { ledger in
                do {
                    let value = try body(ledger)
                    return { continuation.resume(returning: .success(value)) }
                } catch let error as StoreError {
                    return { continuation.resume(returning: .failure(error)) }
                }
            } fail: { error in
                continuation.resume(returning: .failure(error))
            }
            if let refusal = inbox.add(operation) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Reads one state of the database.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(StoreError) -> T {
        let result: Result<T, StoreError> = await withCheckedContinuation { continuation in
            readers.asyncRead { database in
                do {
                    continuation.resume(returning: .success(try body(try database.get())))
                } catch {
                    continuation.resume(returning: .failure(StoreError(error)))
                }
            }
        }
        return try result.get()
    }
}

internal import GRDB
package import Logging
package import RelayCore

/// The store in one SQLite file: a thread that writes, group commit with `synchronous=FULL`, and connections that read.
///
/// Beside the file `PATH` lie `PATH-wal` and `PATH-shm` (SQLite's), `PATH.lock` (held while the store is open) and
/// `PATH.ballast` (disk space in reserve).
package final class SQLiteStore: RelayStore {
    let key: CredentialEncryptionKey
    let operations: WriteQueue
    let notifications: DestinationWakeups
    let recentEvents: RecentEvents
    let extensions: WriterExtensions.Registry
    let readers: DatabasePool
    let logger: Logger
    private let end: OneTimeSignal

    /// Opens the store, and creates it where there is none.
    /// - Parameters:
    ///   - path: the database file; its directory is created where there is none.
    ///   - secretKey: encrypts credentials; it must be the one that the store was created with.
    ///   - clock: times the attempts to open a database again that has failed.
    /// - Throws: ``StoreError/Code/locked``, ``StoreError/Code/tooNew``, ``StoreError/Code/wrongKey``, or
    ///   ``StoreError/Code/unavailable`` when the file cannot be used.
    package static func open(
        path: String,
        secretKey: CredentialEncryptionKey,
        clock: any RelayClock,
        logger: Logger,
        configuration: Configuration = Configuration()
    ) async throws(StoreError) -> SQLiteStore {
        try StoreFileDirectory.create(containing: path)
        let lock = try StoreFileLock(path: path + ".lock")
        try StoreFileDirectory.createFile(path)
        let operations = WriteQueue(
            maxOperations: configuration.maxWaitingOperations, maxBytes: configuration.maxWaitingBytes)
        let notifications = DestinationWakeups()
        let recentEvents = RecentEvents()
        let extensions = WriterExtensions.Registry()
        let end = OneTimeSignal()
        let writer = WriterThread(
            path: path,
            cacheBytes: configuration.cacheBytes,
            clock: clock,
            operations: operations,
            notifications: notifications,
            recentEvents: recentEvents,
            extensions: extensions,
            logger: logger,
            diskReserve: DiskReserveFile(path: path + ".ballast", size: configuration.diskReserveBytes)
        )
        do throws(StoreError) {
            try await writer.start(
                prepare: { try SQLiteSchema.migrate($0, path: path, key: secretKey) },
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
            let readers = try StoreConnectionFactory.openReaders(
                path, count: configuration.readers, cacheBytes: configuration.cacheBytes / 8
            )
            return SQLiteStore(
                key: secretKey, operations: operations, notifications: notifications, recentEvents: recentEvents,
                extensions: extensions, readers: readers, logger: logger, end: end
            )
        } catch {
            operations.close()
            await end.wait()
            throw StoreError(error)
        }
    }

    private init(
        key: CredentialEncryptionKey,
        operations: WriteQueue,
        notifications: DestinationWakeups,
        recentEvents: RecentEvents,
        extensions: WriterExtensions.Registry,
        readers: DatabasePool,
        logger: Logger,
        end: OneTimeSignal
    ) {
        self.key = key
        self.operations = operations
        self.notifications = notifications
        self.recentEvents = recentEvents
        self.extensions = extensions
        self.readers = readers
        self.logger = logger
        self.end = end
    }

    /// Writes all changes that wait, and closes the file. Later changes are refused.
    package func close() async {
        notifications.finish()
        // Readers first: the connection that closes last moves the log into the file, and that must be the writer.
        try? readers.close()
        operations.close()
        await end.wait()
        recentEvents.stop()
    }

    deinit {
        notifications.finish()
        operations.close()
    }

    package var newlyDue: AsyncStream<Set<DestinationKey>> { notifications.stream }

    package func process(with processor: any NewEventProcessor) { extensions.change { $0.processor = processor } }

    package func claim(with claimer: any NewDeliveryClaimer) { extensions.change { $0.claimer = claimer } }

    // MARK: Access

    /// Makes a change in the writer's next transaction, and returns when that is on disk.
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
            let operation = WriteOperation(rows: rows, bytes: bytes, space: space) { writer in
                do {
                    let value = try body(writer)
                    return { continuation.resume(returning: .success(value)) }
                } catch let error as StoreError {
                    return { continuation.resume(returning: .failure(error)) }
                }
            } fail: { error in
                continuation.resume(returning: .failure(error))
            }
            if let refusal = operations.add(operation) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Reads a snapshot of the database.
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

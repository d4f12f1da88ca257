package import Logging
package import RelayCore
package import RelaySQL

/// The store in one SQLite file: a thread that writes, group commit with `synchronous=FULL`, and connections that read.
///
/// Beside the file `PATH` lie `PATH-wal` and `PATH-shm` (SQLite's), `PATH.lock` (held while the store is open) and
/// `PATH.ballast` (disk space in reserve).
package enum SQLiteStore {
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
    ) async throws(StoreError) -> SQLStore {
        try StoreFileDirectory.create(containing: path)
        let lock = try StoreFileLock(path: path + ".lock")
        try StoreFileDirectory.createFile(path)
        let shared = SQLStore.Shared(
            operations: WriteQueue(
                maxOperations: configuration.maxWaitingOperations, maxBytes: configuration.maxWaitingBytes),
            dialect: StoreDialect())
        let writer = WriterThread(
            path: path,
            cacheBytes: configuration.cacheBytes,
            clock: clock,
            shared: shared,
            logger: logger,
            diskReserve: DiskReserveFile(path: path + ".ballast", size: configuration.diskReserveBytes)
        )
        do throws(StoreError) {
            try await writer.start(
                prepare: { try SQLiteSchema.migrate($0, path: path, key: secretKey) },
                isOver: {
                    // Held to the last write, also of a store that nobody closed.
                    lock.release()
                    shared.end.complete()
                }
            )
        } catch {
            // The thread releases the lock after it has told why it cannot start.
            await shared.end.wait()
            throw error
        }
        do {
            let readers = try StoreConnectionFactory.openReaders(
                path, count: configuration.readers, cacheBytes: configuration.cacheBytes / 8
            )
            return SQLStore(key: secretKey, shared: shared, engine: SQLiteReaders(readers), logger: logger)
        } catch {
            shared.operations.close()
            await shared.end.wait()
            throw StoreError(error)
        }
    }
}

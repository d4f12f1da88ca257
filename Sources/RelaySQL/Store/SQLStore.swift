package import Logging
package import RelayCore

/// The store in an SQL database: what is the same whichever database it is. Changes wait in a queue for the writer, which
/// makes many of them in one transaction; reads use connections of their own.
package final class SQLStore: RelayStore {
    /// What a database's adapter has beside the writer.
    package protocol Engine: AnyObject, Sendable {
        /// Reads a snapshot of the database.
        /// - Parameter body: is called once, on any thread, with a connection or with why there is none.
        func read(_ body: @escaping @Sendable (Result<SQLConnection, StoreError>) -> Void)

        /// What a failure of the database means for the caller.
        func error(_ error: any Error) -> StoreError

        /// Closes the connections that read. Called before the writer's queue is closed.
        func closeReaders()

        /// Leaves the work to other nodes, as far as it has not begun. Nothing happens where there are none.
        func drain() async

        /// The writer has ended.
        func close() async
    }

    /// What the writer and the store share.
    package struct Shared: Sendable {
        package let operations: WriteQueue
        package let dialect: StoreDialect
        package let notifications = DestinationWakeups()
        package let recentEvents = RecentEvents()
        package let extensions = WriterExtensions.Registry()
        /// The part of this node in the work; nil: it has all of it, or does not take part now.
        package let share = NodeShare.Holder()
        /// Told when other nodes may have changed what this one keeps in memory.
        package let externalChanges = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        /// How deliveries are recovered that nodes which are gone had in flight.
        package let recovery = RecoveryPolicy()
        /// The pending events that were given to the pipelines.
        let handedOut = HandedOutEvents()
        /// Completed when the writer has ended.
        package let end = OneTimeSignal()

        package init(operations: WriteQueue, dialect: StoreDialect) {
            self.operations = operations
            self.dialect = dialect
        }
    }

    let key: CredentialEncryptionKey
    let shared: Shared
    let engine: any Engine
    let logger: Logger

    /// - Parameters:
    ///   - key: encrypts credentials.
    ///   - shared: what the writer, which has started, has as well.
    package init(key: CredentialEncryptionKey, shared: Shared, engine: any Engine, logger: Logger) {
        self.key = key
        self.shared = shared
        self.engine = engine
        self.logger = logger
    }

    var recentEvents: RecentEvents { shared.recentEvents }

    /// Writes all changes that wait, and closes the database. Later changes are refused.
    package func close() async {
        shared.notifications.finish()
        engine.closeReaders()
        shared.operations.close()
        await shared.end.wait()
        await engine.close()
        shared.externalChanges.continuation.finish()
        shared.recentEvents.stop()
    }

    /// Leaves the work that has not begun to other nodes, where there are some.
    package func drain() async { await engine.drain() }

    /// Other nodes may have changed webhooks, pauses or keys. For one listener; it ends with the store.
    package var externalChanges: AsyncStream<Void> { shared.externalChanges.stream }

    deinit {
        shared.notifications.finish()
        shared.operations.close()
    }

    package var newlyDue: AsyncStream<Set<DestinationKey>> { shared.notifications.stream }

    package func process(with processor: any NewEventProcessor) {
        shared.extensions.change { $0.processor = processor }
    }

    package func claim(with claimer: any NewDeliveryClaimer) { shared.extensions.change { $0.claimer = claimer } }

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
            if let refusal = shared.operations.add(operation) { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Reads a snapshot of the database.
    func read<T: Sendable>(_ body: @escaping @Sendable (SQLConnection) throws -> T) async throws(StoreError) -> T {
        let result: Result<T, StoreError> = await withCheckedContinuation { continuation in
            engine.read { [engine] connection in
                continuation.resume(
                    returning: connection.flatMap { connection in
                        do {
                            return .success(try body(connection))
                        } catch {
                            return .failure(engine.error(error))
                        }
                    })
            }
        }
        return try result.get()
    }
}

internal import GRDB
internal import RelayCore
internal import RelaySQL

/// The connections of a file that read.
final class SQLiteReaders: SQLStore.Engine {
    private let pool: DatabasePool

    init(_ pool: DatabasePool) {
        self.pool = pool
    }

    func read(_ body: @escaping @Sendable (Result<SQLConnection, StoreError>) -> Void) {
        pool.asyncRead { database in
            body(
                database.map { SQLConnection(SQLiteDriver($0)) }.mapError { StoreError($0) })
        }
    }

    func error(_ error: any Error) -> StoreError { StoreError(error) }

    func drain() async {}

    func close() async {}

    /// The connection that closes last moves the log into the file, and that must be the writer's.
    func closeReaders() { try? pool.close() }
}

internal import Foundation
internal import Logging
internal import RelayCore
internal import RelaySQL

/// The thread that writes: it performs everything in the queue in one transaction, and answers the callers when that is
/// committed.
struct PostgresWriterThread {
    let address: PostgresAddress
    let clock: any RelayClock
    let shared: SQLStore.Shared
    let coordinator: NodeCoordinator
    let logger: Logger

    /// Between attempts to connect again.
    private static let pause = Duration.milliseconds(500)

    /// Starts the thread.
    /// - Parameter prepare: runs first on the connection; its error is thrown to the caller and ends the thread.
    func start(prepare: @escaping @Sendable (PostgresConnection) throws -> Void) async throws(StoreError) {
        let opened: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            let thread = Thread {
                do {
                    let connection = try connect()
                    try prepare(connection)
                    continuation.resume(returning: .success(()))
                    run(connection)
                } catch {
                    continuation.resume(returning: .failure(StoreError(error)))
                }
                shared.end.complete()
            }
            thread.name = "relay.store"
            thread.stackSize = 4 << 20
            thread.start()
        }
        try opened.get()
    }

    private func connect() throws -> PostgresConnection {
        try PostgresConnection(address, applicationName: "zaphub writer")
    }

    /// Runs until the queue is closed, on a new connection when one fails.
    private func run(_ first: PostgresConnection) {
        var connection = first
        let underWay = RequestsUnderWay()
        while true {
            do {
                if try serve(connection, underWay) { return }
            } catch {
                logger.error("the store's database failed", metadata: ["error": "\(StoreError(error))"])
            }
            guard let next = reconnect() else { return }
            connection = next
        }
    }

    /// Opens a new connection. Until that succeeds every operation is refused. Nil when the queue is closed.
    private func reconnect() -> PostgresConnection? {
        var failures = 0
        while true {
            do {
                let connection = try connect()
                try PostgresServerCheck.run(connection)
                logger.notice("the store's database is reached again", metadata: ["store": "\(address)"])
                return connection
            } catch {
                let reason = StoreError(error)
                failures += 1
                if failures == 1 {
                    logger.error("the store's database cannot be reached", metadata: ["error": "\(reason)"])
                }
                let end = ContinuousClock.now + Self.pause
                while true {
                    let left = end - ContinuousClock.now
                    guard left > .zero else { break }
                    guard let batch = shared.operations.next(timeout: left) else { return nil }
                    for operation in batch { operation.fail(reason) }
                }
            }
        }
    }

    /// Returns true when the queue is closed and empty, false when the connection must not be used any more.
    private func serve(_ connection: PostgresConnection, _ underWay: RequestsUnderWay) throws -> Bool {
        let transactions = try PostgresTransactions(
            connection, underWay: underWay, shared: shared, coordinator: coordinator, clock: clock)
        while let batch = shared.operations.next() {
            guard transactions.perform(batch) else { return false }
        }
        return true
    }
}

internal import Logging
internal import RelayCore
internal import Synchronization

/// Notices that another node has brought the tables to a later version than this program knows.
final class SchemaWatch: Sendable {
    private let known: Int64
    private let store: String
    private let logger: Logger
    /// The latest version that the log has.
    private let logged: Mutex<Int64>

    init(known: Int64, store: String, logger: Logger) {
        self.known = known
        self.store = store
        self.logger = logger
        logged = Mutex(known)
    }

    /// - Throws: ``StoreError/Code/tooNew`` when this program cannot work with the tables.
    func check(_ connection: PostgresConnection) throws {
        let found = try PostgresSchema.storedVersion(connection)
        let isNews = logged.withLock { logged in
            defer { logged = max(logged, found.number) }
            return found.number > logged
        }
        if let refusal = found.refusal(known: known, store: store) {
            if isNews { logger.error("this node takes no part any more", metadata: ["error": "\(refusal)"]) }
            throw refusal
        }
        guard isNews else { return }
        logger.notice(
            "the store's tables are newer than this program, which works with them: upgrade this node, too",
            metadata: ["schema": "\(found.number)", "known": "\(known)", "store": "\(store)"])
    }
}

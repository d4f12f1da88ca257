package import RelayCore
internal import Synchronization

extension SQLStore {
    /// The first pending events of this node's chats that were not given out, whatever their numbers.
    func pendingEvents(of share: NodeShare, after cursor: EventID, limit: Int) async throws(StoreError) -> [Event] {
        let handedOut = shared.handedOut
        let start = handedOut.start(after: cursor, version: share.ownership.version)
        let events = try await read { database in
            var found: [Int64] = []
            var last = start.rawValue
            while found.count < limit {
                let page = try database.prepared(
                    """
                    SELECT id, session, chat FROM events INDEXED BY events_pending
                    WHERE state = 0 AND id > ? ORDER BY id LIMIT \(Self.pendingPage)
                    """
                ).all([.int(last)]) { row in
                    PendingEventKey(id: EventID(row.int(0)), session: row.text(1), chat: row.optionalText(2))
                }
                let mine = page.filter { key in
                    (key.id > cursor || !handedOut.contains(key.id)) && share.owns(chat: key.chat, session: key.session)
                }
                found += mine.map(\.id.rawValue)
                guard page.count == Self.pendingPage, let end = page.last else { break }
                last = end.id.rawValue
            }
            return try found.prefix(limit).compactMap { id in
                try database.prepared(
                    "SELECT \(Self.eventColumns) FROM events e \(Self.rerunJoin) WHERE e.id = ? AND e.state = 0"
                ).first(.int(id), read: Self.event)
            }
        }
        handedOut.add(events.lazy.map(\.id))
        return events
    }

    private static let pendingPage = 1024
}

/// How many attempts the policies of destinations allow, as the last recovery was told.
package final class RecoveryPolicy: Sendable {
    private let maxAttempts = Mutex<(@Sendable (DestinationKey) -> Int)?>(nil)

    package init() {}

    func use(_ maxAttempts: @escaping @Sendable (DestinationKey) -> Int) {
        self.maxAttempts.withLock { $0 = maxAttempts }
    }

    /// Nil: nothing was recovered yet, and no node may be taken over.
    package var current: (@Sendable (DestinationKey) -> Int)? { maxAttempts.withLock { $0 } }
}

internal import GRDB
package import RelayCore

extension SQLiteStore {
    package func forwardedChat(_ key: ForwardedChat.Key) async throws(StoreError) -> ForwardedChat? {
        try await read { database in
            try database.prepared(
                """
                SELECT contact, contact_source, conversation, name, updated_at FROM forwarded_chats
                WHERE destination = ? AND session = ? AND chat = ?
                """
            ).first(.text(key.destination), .text(key.session), .text(key.chat)) { row in
                ForwardedChat(
                    key: key,
                    contact: row.optionalInt(0),
                    contactSource: row.optionalText(1),
                    conversation: row.optionalInt(2),
                    name: row.optionalText(3),
                    updatedAt: row.time(4)
                )
            }
        }
    }

    package func forwardedParts(
        destination: String, session: String, message: String
    ) async throws(StoreError) -> [ForwardedMessage] {
        try await forwarded(
            "WHERE destination = ? AND session = ? AND message = ? ORDER BY part",
            [.text(destination), .text(session), .text(message)]
        )
    }

    package func forwardedMessages(
        destination: String, remote: Int64
    ) async throws(StoreError) -> [ForwardedMessage] {
        try await forwarded(
            "INDEXED BY forwarded_messages_remote WHERE destination = ? AND remote = ? ORDER BY number",
            [.text(destination), .int(remote)]
        )
    }

    package func forwardedMessages(
        of chat: ForwardedChat.Key,
        direction: ForwardedMessage.Direction,
        state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage] {
        // Told apart from `sent`, which nearly all are, so that the index holds the few others alone.
        let index = state == .sent ? "" : "INDEXED BY forwarded_messages_open"
        let open = state == .sent ? "" : "AND state <> 1"
        return try await forwarded(
            """
            \(index) WHERE destination = ? AND session = ? AND chat = ? AND direction = ? AND state = ? \(open)
            ORDER BY updated_at, number LIMIT ?
            """,
            [
                .text(chat.destination), .text(chat.session), .text(chat.chat), .int(Int64(direction.rawValue)),
                .int(Int64(state.rawValue)), .int(Int64(limit)),
            ]
        )
    }

    package func record(_ changes: [ForwardingChange]) async throws(StoreError) {
        guard !changes.isEmpty else { return }
        // It follows what is under way already; refusing it on a full disk would send again what has arrived.
        try await write(rows: changes.count, space: .settles) { ledger in
            for change in changes { try ledger.write(change) }
        }
    }

    private func forwarded(_ clause: String, _ values: [SQLValue]) async throws(StoreError) -> [ForwardedMessage] {
        try await read { database in
            try database.prepared(
                """
                SELECT destination, session, message, part, chat, direction, state, conversation, remote, after, status,
                    updated_at
                FROM forwarded_messages \(clause)
                """
            ).all(values) { row in
                ForwardedMessage(
                    key: ForwardedMessage.Key(
                        destination: row.text(0), session: row.text(1), message: row.text(2), part: row.text(3)
                    ),
                    chat: row.text(4),
                    direction: ForwardedMessage.Direction(rawValue: Int(row.int(5))) ?? .forwarded,
                    state: ForwardedMessage.State(rawValue: Int(row.int(6))) ?? .intended,
                    conversation: row.optionalInt(7),
                    remote: row.optionalInt(8),
                    after: row.optionalInt(9),
                    status: row.optionalInt(10).flatMap { MessageStatus(rawValue: Int($0)) },
                    updatedAt: row.time(11)
                )
            }
        }
    }
}

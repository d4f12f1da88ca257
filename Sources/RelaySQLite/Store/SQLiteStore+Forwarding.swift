internal import GRDB
package import RelayCore

extension SQLiteStore {
    package func forwardedChat(_ key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping? {
        try await read { database in
            try database.prepared(
                """
                SELECT contact, contact_source, conversation, name, updated_at FROM forwarded_chats
                WHERE destination = ? AND session = ? AND chat = ?
                """
            ).first(SQLValue(key.destination), .text(key.session), .text(key.chat)) { row in
                ForwardedChatMapping(
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
        destination: DestinationKey, session: String, message: String
    ) async throws(StoreError) -> [ForwardedMessage] {
        try await forwarded(
            "WHERE destination = ? AND session = ? AND message = ? ORDER BY part",
            [SQLValue(destination), .text(session), .text(message)]
        )
    }

    package func forwardedMessages(
        destination: DestinationKey, remote: Int64
    ) async throws(StoreError) -> [ForwardedMessage] {
        try await forwarded(
            "INDEXED BY forwarded_messages_remote WHERE destination = ? AND remote = ? ORDER BY number",
            [SQLValue(destination), .int(remote)]
        )
    }

    package func forwardedMessages(
        of chat: ForwardedChatMapping.Key,
        direction: ForwardedMessage.Direction,
        state: ForwardedMessage.State,
        limit: Int
    ) async throws(StoreError) -> [ForwardedMessage] {
        // Nearly all messages are `sent`. The index has only the others.
        let index = state == .sent ? "" : "INDEXED BY forwarded_messages_open"
        let open = state == .sent ? "" : "AND state <> 1"
        return try await forwarded(
            """
            \(index) WHERE destination = ? AND session = ? AND chat = ? AND direction = ? AND state = ? \(open)
            ORDER BY updated_at, number LIMIT ?
            """,
            [
                SQLValue(chat.destination), .text(chat.session), .text(chat.chat), .int(Int64(direction.rawValue)),
                .int(Int64(state.rawValue)), .int(Int64(limit)),
            ]
        )
    }

    package func record(_ changes: [ForwardingLedgerChange]) async throws(StoreError) {
        guard !changes.isEmpty else { return }
        // It records what is being sent already. If a full disk refused it, messages that arrived would be sent again.
        try await write(rows: changes.count, space: .settles) { writer in
            for change in changes { try writer.write(change) }
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
                        destination: row.destination(0), session: row.text(1), message: row.text(2), part: row.text(3)
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

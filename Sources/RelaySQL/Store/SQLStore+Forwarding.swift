package import RelayCore

extension SQLStore {
    package func forwardedChat(_ key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping? {
        try await read { database in
            try database.prepared(
                """
                SELECT contact, contact_source, conversation, name, updated_at, contact_unwritten FROM forwarded_chats
                WHERE destination = ? AND session = ? AND chat = ?
                """
            ).first(SQLValue(key.destination), .text(key.session), .text(key.chat)) { row in
                ForwardedChatMapping(
                    key: key,
                    contact: row.optionalInt(0),
                    contactSource: row.optionalText(1),
                    conversation: row.optionalInt(2),
                    name: row.optionalText(3),
                    hasUnwrittenContact: row.int(5) != 0,
                    updatedAt: row.time(4)
                )
            }
        }
    }

    package func currentKey(of key: ForwardedChatMapping.Key) async throws(StoreError) -> ForwardedChatMapping.Key {
        guard ChatIDRules.isLID(key.chat) else { return key }
        return try await read { database in
            let phone = try database.prepared(
                """
                SELECT phone FROM identities WHERE session = ?2 AND lid = ?3 AND phone IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM forwarded_chats WHERE destination = ?1 AND session = ?2 AND chat = ?3
                )
                """
            ).first(SQLValue(key.destination), .text(key.session), .text(key.chat)) { $0.text(0) }
            guard let phone else { return key }
            return ForwardedChatMapping.Key(destination: key.destination, session: key.session, chat: phone)
        }
    }

    package func forwardedParts(of message: String, in chat: ForwardedChatMapping.Key) async throws(StoreError)
        -> [ForwardedMessage]
    {
        try await forwarded(
            "WHERE destination = ? AND session = ? AND chat = ? AND message = ? ORDER BY part",
            [SQLValue(chat.destination), .text(chat.session), .text(chat.chat), .text(message)]
        )
    }

    package func forwardedChats(
        having message: String, destination: DestinationKey, session: String
    ) async throws(StoreError) -> [ForwardedChatMapping.Key] {
        try await read { database in
            // The key has the chat before the message. So the chats are walked, each with one look into the index.
            try database.prepared(
                """
                WITH RECURSIVE chats (chat) AS (
                    SELECT min(chat) FROM forwarded_messages WHERE destination = ?1 AND session = ?2
                    UNION ALL
                    SELECT (
                        SELECT min(chat) FROM forwarded_messages
                        WHERE destination = ?1 AND session = ?2 AND chat > chats.chat
                    ) FROM chats WHERE chat IS NOT NULL
                )
                SELECT chat FROM chats WHERE EXISTS (
                    SELECT 1 FROM forwarded_messages
                    WHERE destination = ?1 AND session = ?2 AND chat = chats.chat AND message = ?3
                ) ORDER BY chat
                """
            ).all([SQLValue(destination), .text(session), .text(message)]) { row in
                ForwardedChatMapping.Key(destination: destination, session: session, chat: row.text(0))
            }
        }
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

    package func intend(_ intent: ForwardedMessage) async throws(StoreError) -> ForwardedMessage? {
        try await write(rows: 1, space: .settles) { writer in try writer.intend(intent) }
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
            try database.prepared("SELECT \(ForwardedMessageRow.columns) FROM forwarded_messages \(clause)")
                .all(values, read: ForwardedMessageRow.message)
        }
    }
}

/// A row of `forwarded_messages`.
enum ForwardedMessageRow {
    static let columnNames = [
        "destination", "session", "chat", "message", "part", "direction", "state", "conversation", "remote", "after",
        "status", "updated_at",
    ]
    static let columns = columnNames.joined(separator: ", ")

    static func message(_ row: ResultRow) -> ForwardedMessage {
        ForwardedMessage(
            key: ForwardedMessage.Key(
                destination: row.destination(0), session: row.text(1), chat: row.text(2), message: row.text(3),
                part: row.text(4)
            ),
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

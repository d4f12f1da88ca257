internal import GRDB
internal import RelayCore

extension StoreWriter {
    func write(_ change: ForwardingLedgerChange) throws {
        switch change {
        case .chat(let chat): try write(chat)
        case .message(let message): try write(message)
        case .forgetChat(let key):
            try database.run(
                "DELETE FROM forwarded_chats WHERE destination = ? AND session = ? AND chat = ?",
                SQLValue(key.destination), .text(key.session), .text(key.chat)
            )
        case .forgetMessage(let key):
            try database.run(
                """
                DELETE FROM forwarded_messages
                WHERE destination = ? AND session = ? AND chat = ? AND message = ? AND part = ?
                """,
                SQLValue(key.destination), .text(key.session), .text(key.chat), .text(key.message), .text(key.part)
            )
        case .rename(let key, let chat): try rename(key, to: chat)
        }
    }

    /// The part that is there; nil when the intent was recorded.
    func intend(_ intent: ForwardedMessage) throws -> ForwardedMessage? {
        let key = intent.key
        let present = try database.prepared(
            """
            SELECT \(ForwardedMessageRow.columns) FROM forwarded_messages
            WHERE destination = ? AND session = ? AND chat = ? AND message = ? AND part = ?
            """
        ).first(
            SQLValue(key.destination), .text(key.session), .text(key.chat), .text(key.message), .text(key.part),
            read: ForwardedMessageRow.message)
        if present == nil { try write(intent) }
        return present
    }

    private func write(_ chat: ForwardedChatMapping) throws {
        try database.run(
            """
            INSERT OR REPLACE INTO forwarded_chats
                (destination, session, chat, contact, contact_source, conversation, name, updated_at,
                contact_unwritten)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(chat.key.destination), .text(chat.key.session), .text(chat.key.chat), SQLValue(chat.contact),
            SQLValue(chat.contactSource), SQLValue(chat.conversation), SQLValue(chat.name),
            SQLValue(chat.updatedAt), .int(chat.hasUnwrittenContact ? 1 : 0)
        )
    }

    private func write(_ message: ForwardedMessage) throws {
        try database.run(
            """
            INSERT OR REPLACE INTO forwarded_messages (\(ForwardedMessageRow.columns))
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            SQLValue(message.key.destination), .text(message.key.session), .text(message.key.chat),
            .text(message.key.message), .text(message.key.part), .int(Int64(message.direction.rawValue)),
            .int(Int64(message.state.rawValue)), SQLValue(message.conversation), SQLValue(message.remote),
            SQLValue(message.after), SQLValue(message.status?.rawValue), SQLValue(message.updatedAt)
        )
    }

    private func rename(_ key: ForwardedChatMapping.Key, to chat: String) throws {
        guard key.chat != chat else { return }
        let values: [SQLValue] = [SQLValue(key.destination), .text(key.session), .text(key.chat), .text(chat)]
        _ = try database.prepared(
            "UPDATE OR IGNORE forwarded_chats SET chat = ?4 WHERE destination = ?1 AND session = ?2 AND chat = ?3"
        ).first(values: values) { _ in }
        // Rows that could not be renamed, because the new id has one already.
        try write(.forgetChat(key))
        _ = try database.prepared(
            "UPDATE OR IGNORE forwarded_messages SET chat = ?4 WHERE destination = ?1 AND session = ?2 AND chat = ?3"
        ).first(values: values) { _ in }
        try database.run(
            "DELETE FROM forwarded_messages WHERE destination = ? AND session = ? AND chat = ?",
            SQLValue(key.destination), .text(key.session), .text(key.chat)
        )
    }

    /// Deletes old messages. The row of the chat stays.
    func sweepForwarded(before moment: Timestamp, limit: Int) throws -> Int {
        try database.run(
            """
            DELETE FROM forwarded_messages WHERE number IN (
                SELECT number FROM forwarded_messages WHERE updated_at < ? ORDER BY updated_at LIMIT ?
            )
            """,
            .int(moment.milliseconds), .int(Int64(limit))
        )
        return database.changesCount
    }
}

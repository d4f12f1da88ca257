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
            upsert(
                into: "forwarded_chats",
                [
                    "destination", "session", "chat", "contact", "contact_source", "conversation", "name", "updated_at",
                    "contact_unwritten",
                ], key: ["destination", "session", "chat"]),
            SQLValue(chat.key.destination), .text(chat.key.session), .text(chat.key.chat), SQLValue(chat.contact),
            SQLValue(chat.contactSource), SQLValue(chat.conversation), SQLValue(chat.name),
            SQLValue(chat.updatedAt), .int(chat.hasUnwrittenContact ? 1 : 0)
        )
    }

    private func write(_ message: ForwardedMessage) throws {
        try database.run(
            upsert(
                into: "forwarded_messages", ForwardedMessageRow.columnNames,
                key: ["destination", "session", "chat", "message", "part"]),
            SQLValue(message.key.destination), .text(message.key.session), .text(message.key.chat),
            .text(message.key.message), .text(message.key.part), .int(Int64(message.direction.rawValue)),
            .int(Int64(message.state.rawValue)), SQLValue(message.conversation), SQLValue(message.remote),
            SQLValue(message.after), SQLValue(message.status?.rawValue), SQLValue(message.updatedAt)
        )
    }

    private func rename(_ key: ForwardedChatMapping.Key, to chat: String) throws {
        guard key.chat != chat else { return }
        let values: [SQLValue] = [SQLValue(key.destination), .text(key.session), .text(key.chat), .text(chat)]
        try database.run(
            """
            UPDATE forwarded_chats SET chat = ?4 WHERE destination = ?1 AND session = ?2 AND chat = ?3
                AND NOT EXISTS (
                    SELECT 1 FROM forwarded_chats WHERE destination = ?1 AND session = ?2 AND chat = ?4
                )
            """, values: values)
        // Rows that could not be renamed, because the new id has one already.
        try write(.forgetChat(key))
        try database.run(
            """
            UPDATE forwarded_messages AS m SET chat = ?4 WHERE destination = ?1 AND session = ?2 AND chat = ?3
                AND NOT EXISTS (
                    SELECT 1 FROM forwarded_messages o WHERE o.destination = ?1 AND o.session = ?2 AND o.chat = ?4
                        AND o.message = m.message AND o.part = m.part
                )
            """, values: values)
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
        return try database.changesCount()
    }
}

internal import GRDB
internal import RelayCore
internal import RelayJSON

extension Ledger {
    func write(_ record: HistoryRecord) throws {
        switch record {
        case .message(let message): try write(message)
        case .status(let change): try write(change)
        case .edited(let session, let chat, let message, let content, let moment):
            guard let chat = try number(ofChat: chat, session: session) else { return }
            try database.run(
                """
                UPDATE messages SET content = ?3, edited_at = ?4
                WHERE chat = ?1 AND id = ?2 AND deleted_at IS NULL AND ifnull(edited_at, ?4) <= ?4
                """,
                .int(chat), .text(message), .blob(content.bytes), .int(moment.milliseconds)
            )
        case .deleted(let session, let chat, let message, let moment):
            guard let chat = try number(ofChat: chat, session: session) else { return }
            try database.run(
                "UPDATE messages SET content = ?3, deleted_at = ?4 WHERE chat = ?1 AND id = ?2 AND deleted_at IS NULL",
                .int(chat), .text(message), .blob(JSON.null.bytes), .int(moment.milliseconds)
            )
        case .contact(let contact): try write(contact)
        case .group(let group): try write(group)
        case .pictureChanged(let key):
            let table = JID(key.id)?.isGroup == true ? "groups" : "contacts"
            try database.run(
                "UPDATE \(table) SET image_url = NULL, checked_at = NULL WHERE session = ? AND id = ?",
                .text(key.session), .text(key.id)
            )
        case .session(let change): try write(change)
        }
    }

    /// The first insert wins; a message that comes again raises its status at most.
    private func write(_ message: Message) throws {
        let chat = try number(ofNewChat: message.chat, session: message.session)
        try statements.insertMessage.run(
            .int(chat), .text(message.id), SQLValue(message.isOutbound), SQLValue(message.sender), .text(message.type),
            .int(Int64(message.status.rawValue)), .int(message.timestamp.milliseconds), .int(message.event.rawValue),
            SQLValue(message.editedAt), SQLValue(message.deletedAt), .blob(message.content.bytes)
        )
        guard database.changesCount == 1 else { return try raise(message.status, of: message.id, chat: chat) }
        try statements.countMessage.run(.int(chat), .text(message.id), .int(message.timestamp.milliseconds))
    }

    private func write(_ change: MessageStatusChange) throws {
        guard let chat = try number(ofChat: change.chat, session: change.session) else { return }
        try raise(change.status, of: change.message, chat: chat)
    }

    /// pending < sent < delivered < read. A failure replaces pending and sent, and gives way to delivered and read.
    private func raise(_ status: MessageStatus, of message: String, chat: Int64) throws {
        try database.run(
            """
            UPDATE messages SET status = ?3 WHERE chat = ?1 AND id = ?2 AND (
                (?3 = 0 AND status IN (1, 2)) OR (status = 0 AND ?3 >= 3) OR (status > 0 AND ?3 > status)
            )
            """,
            .int(chat), .text(message), .int(Int64(status.rawValue))
        )
    }

    private func number(ofChat id: String, session: String) throws -> Int64? {
        try statements.findChat.first(.text(session), .text(id)) { $0.int(0) }
    }

    private func number(ofNewChat id: String, session: String) throws -> Int64 {
        if let number = try number(ofChat: id, session: session) { return number }
        try database.run("INSERT INTO chats (session, id, message_count) VALUES (?, ?, 0)", .text(session), .text(id))
        return database.lastInsertedRowID
    }

    /// Only writes what is new: a sender's name comes with every message.
    private func write(_ contact: Contact) throws {
        try database.run(
            """
            INSERT INTO contacts AS c (session, id, lid, name, push_name, verified_name, image_url, updated_at,
                checked_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                lid = ifnull(excluded.lid, c.lid), name = ifnull(excluded.name, c.name),
                push_name = ifnull(excluded.push_name, c.push_name),
                verified_name = ifnull(excluded.verified_name, c.verified_name),
                image_url = ifnull(excluded.image_url, c.image_url),
                checked_at = ifnull(excluded.checked_at, c.checked_at),
                updated_at = max(excluded.updated_at, c.updated_at)
            WHERE ifnull(excluded.lid, c.lid) IS NOT c.lid OR ifnull(excluded.name, c.name) IS NOT c.name
                OR ifnull(excluded.push_name, c.push_name) IS NOT c.push_name
                OR ifnull(excluded.verified_name, c.verified_name) IS NOT c.verified_name
                OR ifnull(excluded.image_url, c.image_url) IS NOT c.image_url
                OR ifnull(excluded.checked_at, c.checked_at) IS NOT c.checked_at
            """,
            .text(contact.session), .text(contact.id), SQLValue(contact.lid), SQLValue(contact.name),
            SQLValue(contact.pushName), SQLValue(contact.verifiedName), SQLValue(contact.imageURL),
            .int(contact.updatedAt.milliseconds), SQLValue(contact.checkedAt)
        )
    }

    private func write(_ group: Group) throws {
        try database.run(
            """
            INSERT INTO groups AS g (session, id, name, about, owner, size, image_url, updated_at, checked_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET
                name = ifnull(excluded.name, g.name), about = ifnull(excluded.about, g.about),
                owner = ifnull(excluded.owner, g.owner), size = ifnull(excluded.size, g.size),
                image_url = ifnull(excluded.image_url, g.image_url),
                checked_at = ifnull(excluded.checked_at, g.checked_at),
                updated_at = max(excluded.updated_at, g.updated_at)
            WHERE ifnull(excluded.name, g.name) IS NOT g.name OR ifnull(excluded.about, g.about) IS NOT g.about
                OR ifnull(excluded.owner, g.owner) IS NOT g.owner OR ifnull(excluded.size, g.size) IS NOT g.size
                OR ifnull(excluded.image_url, g.image_url) IS NOT g.image_url
                OR ifnull(excluded.checked_at, g.checked_at) IS NOT g.checked_at
            """,
            .text(group.session), .text(group.id), SQLValue(group.name), SQLValue(group.about), SQLValue(group.owner),
            SQLValue(group.size), SQLValue(group.imageURL), .int(group.updatedAt.milliseconds),
            SQLValue(group.checkedAt)
        )
    }

    private func write(_ change: SessionChange) throws {
        let (session, moment) = (SQLValue.text(change.session), SQLValue.int(change.at.milliseconds))
        switch change.change {
        case .qrUpdated(let code):
            try database.run(
                """
                UPDATE sessions SET status = 'qr_pending', qr_code = ?3, qr_generated_at = ?2,
                    updated_at = max(updated_at, ?2)
                WHERE id = ?1
                """,
                session, moment, SQLValue(code)
            )
        case .connected(let phone):
            try database.run(
                """
                UPDATE sessions SET status = 'connected', connected_at = ?2, updated_at = max(updated_at, ?2),
                    phone_number = ifnull(?3, phone_number), qr_code = NULL, disconnect_reason = NULL
                WHERE id = ?1
                """,
                session, moment, SQLValue(phone)
            )
        case .disconnected(let reason):
            try database.run(
                """
                UPDATE sessions SET status = 'disconnected', disconnected_at = ?2, updated_at = max(updated_at, ?2),
                    disconnect_reason = ?3, qr_code = NULL
                WHERE id = ?1
                """,
                session, moment, SQLValue(reason)
            )
        }
    }
}

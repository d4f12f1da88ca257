internal import RelayCore
internal import RelayJSON

extension StoreWriter {
    /// - Parameter isRerun: whether the record is of an old event: then it adds what is missing, and known values stay.
    func write(_ record: HistoryChange, isRerun: Bool) throws {
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
        case .contact, .group: deferredHistory.add(record, isRerun: isRerun)
        case .pictureChanged where isRerun, .session where isRerun: break
        case .pictureChanged(let key):
            try writeDeferredHistory()
            writtenContacts.removeAll()
            let table = JID(key.id)?.isGroup == true ? "groups" : "contacts"
            try database.run(
                "UPDATE \(table) SET image_url = NULL, checked_at = NULL WHERE session = ? AND id = ?",
                .text(key.session), .text(currentID(key.id, session: key.session))
            )
        case .session(let change): try write(change)
        }
    }

    /// The first insert stays, unless its content could not be read and now can; a message that comes again can only raise
    /// its status.
    private func write(_ message: Message) throws {
        let chat = try number(ofNewChat: message.chat, session: message.session)
        let isNew = try statements.insertMessage.run(
            .int(chat), .text(message.id), SQLValue(message.isOutbound), SQLValue(message.sender), .text(message.type),
            .int(Int64(message.status.rawValue)), .int(message.timestamp.milliseconds), .int(message.event.rawValue),
            SQLValue(message.editedAt), SQLValue(message.deletedAt), .blob(message.content.bytes)
        )
        guard isNew else {
            try replaceUnreadable(by: message, chat: chat)
            return try raise(message.status, of: message.id, chat: chat)
        }
        deferredHistory.count(message, in: chat)
    }

    private func replaceUnreadable(by message: Message, chat: Int64) throws {
        guard message.type != Message.unreadableType else { return }
        try database.run(
            """
            UPDATE messages SET type = ?3, content = ?4, sender = ifnull(?5, sender), event_id = ?6
            WHERE chat = ?1 AND id = ?2 AND type = ?7 AND deleted_at IS NULL
            """,
            .int(chat), .text(message.id), .text(message.type), .blob(message.content.bytes), SQLValue(message.sender),
            .int(message.event.rawValue), .text(Message.unreadableType)
        )
    }

    private func write(_ change: MessageStatusChange) throws {
        guard let chat = try number(ofChat: change.chat, session: change.session) else { return }
        try raise(change.status, of: change.message, chat: chat)
    }

    /// pending < sent < delivered < read. A failure replaces pending and sent, and is replaced by delivered and read.
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
        try number(ofCanonicalChat: currentID(id, session: session), session: session)
    }

    private func number(ofCanonicalChat id: String, session: String) throws -> Int64? {
        let key = DirectoryEntryKey(session: session, id: id)
        if let known = chatNumbers[key] { return known }
        let number = try statements.findChat.first(.text(session), .text(id)) { $0.int(0) }
        if let number { chatNumbers[key] = number }
        return number
    }

    private func number(ofNewChat id: String, session: String) throws -> Int64 {
        let canonical = try currentID(id, session: session)
        if let number = try number(ofCanonicalChat: canonical, session: session) { return number }
        let number = try database.prepared(
            "INSERT INTO chats (session, id, spelling, message_count) VALUES (?, ?, ?, 0) RETURNING number"
        ).first(.text(session), .text(canonical), SQLValue(IdentityJoins.spelling(of: id, as: canonical))) { $0.int(0) }
        guard let number else { throw CorruptRowError("a new chat has no number") }
        return number
    }

    /// Whether nothing else was written to a contact than this, since it was written: a sender's name comes with every
    /// message. It counts as written from now on.
    private func isUnchanged(_ contact: Contact) -> Bool {
        // Others may have written something else.
        guard (share?.ownership.nodes.count ?? 1) == 1 else { return false }
        let key = DirectoryEntryKey(session: contact.session, id: contact.id)
        var contact = contact
        contact.updatedAt = Timestamp(milliseconds: 0)
        if writtenContacts[key] == contact { return true }
        writtenContacts[key] = contact
        return false
    }

    /// Writes only what is new.
    func write(_ contact: Contact, isRerun: Bool) throws {
        if isRerun { writtenContacts.removeAll() } else if isUnchanged(contact) { return }
        // A gateway's answer is new, also when an old event caused the lookup.
        let id = try currentID(contact.id, session: contact.session)
        let lid = contact.lid ?? (ChatIDRules.isLID(contact.id) && id != contact.id ? contact.id : nil)
        let (first, second) = isRerun && contact.checkedAt == nil ? ("c", "excluded") : ("excluded", "c")
        try database.run(
            """
            INSERT INTO contacts AS c (session, id, lid, name, push_name, verified_name, image_url, updated_at,
                checked_at, spelling)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (session, id) DO UPDATE SET
                lid = ifnull(\(first).lid, \(second).lid), name = ifnull(\(first).name, \(second).name),
                push_name = ifnull(\(first).push_name, \(second).push_name),
                verified_name = ifnull(\(first).verified_name, \(second).verified_name),
                image_url = ifnull(\(first).image_url, \(second).image_url),
                checked_at = ifnull(\(first).checked_at, \(second).checked_at),
                updated_at = max(excluded.updated_at, c.updated_at)
            WHERE ifnull(\(first).lid, \(second).lid) IS DISTINCT FROM c.lid OR ifnull(\(first).name, \(second).name) IS DISTINCT FROM c.name
                OR ifnull(\(first).push_name, \(second).push_name) IS DISTINCT FROM c.push_name
                OR ifnull(\(first).verified_name, \(second).verified_name) IS DISTINCT FROM c.verified_name
                OR ifnull(\(first).image_url, \(second).image_url) IS DISTINCT FROM c.image_url
                OR ifnull(\(first).checked_at, \(second).checked_at) IS DISTINCT FROM c.checked_at
            """,
            .text(contact.session), .text(id), SQLValue(lid), SQLValue(contact.name),
            SQLValue(contact.pushName), SQLValue(contact.verifiedName), SQLValue(contact.imageURL),
            .int(contact.updatedAt.milliseconds), SQLValue(contact.checkedAt),
            SQLValue(IdentityJoins.spelling(of: contact.id, as: id))
        )
    }

    func write(_ group: Group, isRerun: Bool) throws {
        let (first, second) = isRerun && group.checkedAt == nil ? ("g", "excluded") : ("excluded", "g")
        try database.run(
            """
            INSERT INTO groups AS g (session, id, name, about, owner, size, image_url, updated_at, checked_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (session, id) DO UPDATE SET
                name = ifnull(\(first).name, \(second).name), about = ifnull(\(first).about, \(second).about),
                owner = ifnull(\(first).owner, \(second).owner), size = ifnull(\(first).size, \(second).size),
                image_url = ifnull(\(first).image_url, \(second).image_url),
                checked_at = ifnull(\(first).checked_at, \(second).checked_at),
                updated_at = max(excluded.updated_at, g.updated_at)
            WHERE ifnull(\(first).name, \(second).name) IS DISTINCT FROM g.name OR ifnull(\(first).about, \(second).about) IS DISTINCT FROM g.about
                OR ifnull(\(first).owner, \(second).owner) IS DISTINCT FROM g.owner OR ifnull(\(first).size, \(second).size) IS DISTINCT FROM g.size
                OR ifnull(\(first).image_url, \(second).image_url) IS DISTINCT FROM g.image_url
                OR ifnull(\(first).checked_at, \(second).checked_at) IS DISTINCT FROM g.checked_at
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

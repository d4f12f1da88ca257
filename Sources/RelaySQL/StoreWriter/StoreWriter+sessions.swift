internal import RelayCore
internal import RelayJSON

extension StoreWriter {
    /// - Throws: ``StoreError/Code/conflict`` before anything is written.
    func create(_ session: Session, webhooks: [SessionWebhookRow]) throws {
        let isTaken =
            try database.prepared("SELECT 1 FROM sessions WHERE id = ?").first(.text(session.id)) { _ in } != nil
        guard !isTaken else {
            throw StoreError(
                .conflict, "there is a session \(session.id) already; choose another id, or update that one")
        }
        for webhook in webhooks where try hasWebhook(webhook.id) {
            throw StoreError(.conflict, "there is a webhook \(webhook.id) already")
        }
        try database.run(SessionRow.insertion, values: SessionRow(session).values)
        if !webhooks.isEmpty { noteSharedChange() }
        for webhook in webhooks { try save(webhook) }
    }

    func session(_ id: String) throws -> Session? {
        try database.prepared("SELECT \(SessionRow.columnList) FROM sessions WHERE id = ?\(rowLock)")
            .first(.text(id)) { try SessionRow($0).session }
    }

    /// Returns the ids of the webhooks that it has deleted, too.
    /// - Throws: ``StoreError/Code/notFound`` or ``StoreError/Code/limitReached`` before anything is written.
    func changeSession<Refusal: Error>(
        _ id: String,
        key: CredentialEncryptionKey,
        _ change: (inout SessionWithWebhooks) throws(Refusal) -> Void
    ) throws -> (result: Result<ChangedSession, Refusal>, deleted: [String]) {
        guard let session = try session(id) else { throw StoreError(.notFound, "there is no session \(id)") }
        let webhooks = try webhooks(session: id).map { try $0.webhook(key: key) }
        var changed = SessionWithWebhooks(session: session, webhooks: webhooks)
        do throws(Refusal) {
            try change(&changed)
        } catch {
            return (.failure(error), [])
        }
        let before = Dictionary(uniqueKeysWithValues: webhooks.map { ($0.id, $0) })
        if changed.webhooks.count > webhooks.count { try checkLimit(changed.webhooks.count, session: id) }
        var written: [SessionWebhookRow] = []
        for (index, webhook) in changed.webhooks.enumerated() where before[webhook.id] != webhook {
            if before[webhook.id] != nil { changed.webhooks[index].revision += 1 }
            written.append(try SessionWebhookRow(changed.webhooks[index], key: key))
        }
        let deleted = before.keys.filter { id in !changed.webhooks.contains { $0.id == id } }.sorted()

        if !deleted.isEmpty || !written.isEmpty { noteSharedChange() }
        for id in deleted { try deleteWebhookRow(id) }
        for row in written { try save(row) }
        changed.session.revision = session.revision + 1
        try database.run(
            "UPDATE sessions SET label = ?2, metadata = ?3, updated_at = ?4, revision = ?5 WHERE id = ?1",
            .text(id), SQLValue(changed.session.label), .blob(JSON.object(changed.session.metadata).bytes),
            .int(changed.session.updatedAt.milliseconds), .int(changed.session.revision)
        )
        let result = ChangedSession(
            session: changed.session, webhooks: changed.webhooks, changedWebhooks: deleted + written.map(\.id))
        return (.success(result), deleted)
    }

    /// Deletes some of a session's messages. Returns how many.
    func deleteMessages(session: String, limit: Int) throws -> Int {
        try database.run(
            """
            DELETE FROM messages WHERE number IN (
                SELECT m.number FROM chats c JOIN messages m ON m.chat = c.number WHERE c.session = ? LIMIT ?
            )
            """,
            .text(session), .int(Int64(limit))
        )
        return try database.changesCount()
    }

    /// Deletes the rest of a session, after its messages. Returns the ids of its webhooks; nil when it is unknown.
    func deleteSession(_ id: String) throws -> [String]? {
        try writeDeferredHistory()
        noteSharedChange()
        let webhooks = try webhooks(session: id).map(\.id)
        for webhook in webhooks { try deleteWebhookRow(webhook) }
        try database.run("DELETE FROM messages WHERE chat IN (SELECT number FROM chats WHERE session = ?)", .text(id))
        for table in ["chats", "contacts", "groups", "identities", "unresolved_keys"] {
            try database.run("DELETE FROM \(table) WHERE session = ?", .text(id))
        }
        try database.run("DELETE FROM sessions WHERE id = ?", .text(id))
        let isKnown = try database.changesCount() == 1
        forgetSession(id)
        identities.removeAll()
        // The numbers of its chats will be given to others.
        chatNumbers.removeAll()
        writtenContacts.removeAll()
        return isKnown ? webhooks : nil
    }

    // MARK: Keys

    func addKey(_ digest: [UInt8], name: String, at moment: Timestamp) throws {
        noteSharedChange()
        try database.run(
            upsert(into: "api_keys", ["name", "digest", "created_at"], key: ["name"]),
            .text(name), .blob(digest), .int(moment.milliseconds)
        )
    }
}

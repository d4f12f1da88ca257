internal import GRDB
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
        try database.run(SessionRow.insertion(), values: SessionRow(session).values)
        for webhook in webhooks { try save(webhook) }
    }

    /// - Throws: ``StoreError/Code/notFound``.
    func update(_ session: Session) throws {
        try database.run(
            "UPDATE sessions SET label = ?2, metadata = ?3, updated_at = ?4 WHERE id = ?1",
            .text(session.id), SQLValue(session.label), .blob(JSON.object(session.metadata).bytes),
            .int(session.updatedAt.milliseconds)
        )
        guard database.changesCount == 1 else { throw StoreError(.notFound, "there is no session \(session.id)") }
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
        return database.changesCount
    }

    /// Deletes the rest of a session, after its messages are deleted and its webhooks have nothing queued.
    func deleteSession(_ id: String) throws -> Bool {
        try database.run(
            "DELETE FROM destination_pauses WHERE destination IN (SELECT id FROM webhooks WHERE session = ?)", .text(id)
        )
        try database.run("DELETE FROM webhooks WHERE session = ?", .text(id))
        try database.run("DELETE FROM messages WHERE chat IN (SELECT number FROM chats WHERE session = ?)", .text(id))
        for table in ["chats", "contacts", "groups", "identities", "unresolved_keys"] {
            try database.run("DELETE FROM \(table) WHERE session = ?", .text(id))
        }
        try database.run("DELETE FROM sessions WHERE id = ?", .text(id))
        forgetSession(id)
        identities.removeAll()
        return database.changesCount == 1
    }

    // MARK: Webhooks

    func hasQueuedWebhookDeliveries(session: String) throws -> Bool {
        let ids = try database.prepared("SELECT id FROM webhooks WHERE session = ?").all([.text(session)]) {
            DestinationKey.webhook($0.text(0))
        }
        return try ids.contains { try count($0, in: .queued) > 0 }
    }

    func hasWebhook(_ id: String) throws -> Bool {
        try database.prepared("SELECT 1 FROM webhooks WHERE id = ?").first(.text(id)) { _ in } != nil
    }

    func save(_ webhook: SessionWebhookRow) throws {
        let values = webhook.values
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        let insertion = "INSERT OR REPLACE INTO webhooks (\(SessionWebhookRow.columns)) VALUES (\(marks))"
        _ = try database.prepared(insertion).first(values: values) { _ in }
    }

    /// Deletes a webhook and its pause.
    func deleteWebhook(_ id: String) throws -> Bool {
        try database.run("DELETE FROM destination_pauses WHERE destination = ?", .text(id))
        try database.run("DELETE FROM webhooks WHERE id = ?", .text(id))
        return database.changesCount == 1
    }

    // MARK: Keys

    func addKey(_ digest: [UInt8], name: String, at moment: Timestamp) throws {
        try database.run(
            "INSERT OR REPLACE INTO api_keys (name, digest, created_at) VALUES (?, ?, ?)",
            .text(name), .blob(digest), .int(moment.milliseconds)
        )
    }
}

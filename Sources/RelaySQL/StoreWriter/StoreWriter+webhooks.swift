internal import RelayCore

extension StoreWriter {
    /// Whether a destination is a webhook that was deleted. Nothing is queued for it, whoever asks: a delivery that a
    /// pipeline had planned before is stored as cancelled, one in flight is cancelled when its attempt ends without
    /// success, and a finished one stays finished.
    func isDeletedWebhook(_ destination: DestinationKey) throws -> Bool {
        guard case .webhook(let id) = destination, !isKnownWebhook(id) else { return false }
        guard try hasWebhook(id) else { return true }
        rememberWebhook(id)
        return false
    }

    func hasWebhook(_ id: String) throws -> Bool {
        try database.prepared("SELECT 1 FROM webhooks WHERE id = ?").first(.text(id)) { _ in } != nil
    }

    func webhooks(session: String) throws -> [SessionWebhookRow] {
        try database.prepared(
            "SELECT \(SessionWebhookRow.columns) FROM webhooks WHERE session = ? ORDER BY created_at, id"
        )
        .all([.text(session)], read: SessionWebhookRow.init(row:))
    }

    /// - Throws: ``StoreError`` before anything is written.
    func createWebhook(_ webhook: SessionWebhookRow) throws {
        guard try session(webhook.session) != nil else {
            throw StoreError(.notFound, "there is no session \(webhook.session)")
        }
        if try hasWebhook(webhook.id) { throw StoreError(.conflict, "there is a webhook \(webhook.id) already") }
        let count = try database.prepared("SELECT count(*) FROM webhooks WHERE session = ?")
            .first(.text(webhook.session)) { Int($0.int(0)) }
        try checkLimit(1 + (count ?? 0), session: webhook.session)
        noteSharedChange()
        try save(webhook)
        try raiseRevision(ofSession: webhook.session)
    }

    /// - Throws: ``StoreError/Code/notFound`` before anything is written.
    func changeWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        key: CredentialEncryptionKey,
        _ change: (inout SessionWebhook) throws(Refusal) -> Void
    ) throws -> Result<SessionWebhook, Refusal> {
        guard var webhook = try webhook(id, of: session)?.webhook(key: key) else {
            throw StoreError(.notFound, "the session \(session) has no webhook \(id)")
        }
        let revision = webhook.revision
        do throws(Refusal) {
            try change(&webhook)
        } catch {
            return .failure(error)
        }
        webhook.revision = revision + 1
        noteSharedChange()
        try save(try SessionWebhookRow(webhook, key: key))
        try raiseRevision(ofSession: session)
        return .success(webhook)
    }

    func deleteWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        key: CredentialEncryptionKey,
        if check: (SessionWebhook) throws(Refusal) -> Void
    ) throws -> Result<Bool, Refusal> {
        guard let webhook = try webhook(id, of: session)?.webhook(key: key) else { return .success(false) }
        do throws(Refusal) {
            try check(webhook)
        } catch {
            return .failure(error)
        }
        try deleteWebhookRow(id)
        try raiseRevision(ofSession: session)
        return .success(true)
    }

    /// Deletes a webhook and what is kept of its pauses.
    func deleteWebhookRow(_ id: String) throws {
        noteSharedChange()
        for table in ["destination_pauses", "destination_clocks", "destination_releases"] {
            try database.run("DELETE FROM \(table) WHERE destination = ?", .text(id))
        }
        try database.run("DELETE FROM webhooks WHERE id = ?", .text(id))
        forgetWebhook(id)
        forgetPausedTime(of: .webhook(id))
    }

    /// Inserts or replaces.
    func save(_ webhook: SessionWebhookRow) throws {
        let values = webhook.values
        try database.run(
            upsert(into: "webhooks", SessionWebhookRow.columnNames, key: ["id"]), values: values)
    }

    func checkLimit(_ count: Int, session: String) throws(StoreError) {
        let limit = SessionWebhook.maximumPerSession
        guard count > limit else { return }
        throw StoreError(
            .limitReached,
            "the session \(session) has \(limit) webhooks, which is the most that a session can have; delete one first")
    }

    private func webhook(_ id: String, of session: String) throws -> SessionWebhookRow? {
        try database.prepared(
            "SELECT \(SessionWebhookRow.columns) FROM webhooks WHERE id = ? AND session = ?\(rowLock)"
        ).first(.text(id), .text(session), read: SessionWebhookRow.init(row:))
    }

    private func raiseRevision(ofSession id: String) throws {
        try database.run("UPDATE sessions SET revision = revision + 1 WHERE id = ?", .text(id))
    }
}

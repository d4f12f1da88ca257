package import RelayCore

extension SQLStore {
    package func webhooks() async throws(StoreError) -> [SessionWebhook] {
        try await webhooks(WhereClause())
    }

    package func webhooks(session: String) async throws(StoreError) -> [SessionWebhook] {
        var condition = WhereClause()
        condition.match("session", session)
        return try await webhooks(condition)
    }

    package func webhook(_ id: String) async throws(StoreError) -> SessionWebhook? {
        var condition = WhereClause()
        condition.match("id", id)
        return try await webhooks(condition).first
    }

    package func createWebhook(_ webhook: SessionWebhook) async throws(StoreError) {
        let rows = try encrypted([webhook])
        try await write(rows: 2) { writer in
            for row in rows { try writer.createWebhook(row) }
        }
    }

    package func changeWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        _ change: @escaping @Sendable (inout SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<SessionWebhook, Refusal> {
        let key = key
        return try await write(rows: 2) { try $0.changeWebhook(id, of: session, key: key, change) }
    }

    package func deleteWebhook<Refusal: Error>(
        _ id: String,
        of session: String,
        at moment: Timestamp,
        if check: @escaping @Sendable (SessionWebhook) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<Bool, Refusal> {
        let key = key
        let result = try await write(space: .settles) {
            try $0.deleteWebhook(id, of: session, key: key, if: check)
        }
        if case .success(true) = result { try await cancelQueued(ofDeleted: [id], at: moment) }
        return result
    }

    /// Cancels what is queued for webhooks that were deleted. Nothing is added to it any more: see
    /// ``StoreWriter/isDeletedWebhook(_:)``.
    func cancelQueued(ofDeleted webhooks: [String], at moment: Timestamp) async throws(StoreError) {
        for id in webhooks { _ = try await cancelQueued(destination: .webhook(id), at: moment) }
    }

    /// Cancels what is still queued for webhooks that were deleted, where the process ended before that was done.
    /// Returns how many.
    func cancelQueuedOfDeletedWebhooks(at moment: Timestamp) async throws(StoreError) -> Int {
        let deleted = try await read { database in
            try database.prepared(
                """
                SELECT destination FROM delivery_counts
                WHERE state = 0 AND n > 0 AND \(Self.isDeletedWebhook)
                """
            ).all { $0.destination(0) }
        }
        var count = 0
        for destination in deleted { count += try await cancelQueued(destination: destination, at: moment) }
        return count
    }

    func encrypted(_ webhooks: [SessionWebhook]) throws(StoreError) -> [SessionWebhookRow] {
        var rows: [SessionWebhookRow] = []
        for webhook in webhooks { rows.append(try SessionWebhookRow(webhook, key: key)) }
        return rows
    }

    private func webhooks(_ condition: WhereClause) async throws(StoreError) -> [SessionWebhook] {
        let rows = try await read { database in
            try database.prepared(
                "SELECT \(SessionWebhookRow.columns) FROM webhooks \(condition.clause) ORDER BY created_at, id"
            ).all(condition.values, read: SessionWebhookRow.init(row:))
        }
        var webhooks: [SessionWebhook] = []
        for row in rows { webhooks.append(try row.webhook(key: key)) }
        return webhooks
    }
}

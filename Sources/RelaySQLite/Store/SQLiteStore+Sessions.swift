internal import GRDB
package import RelayCore

extension SQLiteStore {
    package func createSession(_ session: Session, webhooks: [SessionWebhook]) async throws(StoreError) {
        let rows = try encrypted(webhooks)
        try await write(rows: 1 + rows.count) { try $0.create(session, webhooks: rows) }
    }

    package func session(_ id: String) async throws(StoreError) -> Session? {
        try await read { database in
            try database.prepared("SELECT \(SessionRow.columnList) FROM sessions WHERE id = ?")
                .first(.text(id)) { try SessionRow($0).session }
        }
    }

    package func sessions(
        _ query: SessionQuery, offset: Int, limit: Int
    ) async throws(StoreError) -> (sessions: [Session], total: Int) {
        var condition = WhereClause()
        condition.match("status", query.status?.rawValue)
        condition.search(["id", "label", "phone_number"], query.search)
        let direction = query.isDescending ? "DESC" : "ASC"
        let from = "FROM sessions \(condition.clause)"
        let order = "\(query.sort.rawValue) \(direction), id \(direction)"
        return try await page(SessionRow.columnList, from, condition.values, order: order, offset, limit) {
            try SessionRow($0).session
        }
    }

    package func updateSession(_ session: Session) async throws(StoreError) {
        try await write { try $0.update(session) }
    }

    package func deleteSession(_ id: String, at moment: Timestamp) async throws(StoreError) -> Bool {
        guard try await session(id) != nil else { return false }
        while try await write(
            rows: batchLimit, space: .settles, { try $0.deleteMessages(session: id, limit: batchLimit) }) > 0
        {}
        while true {
            for webhook in try await webhooks(session: id) {
                _ = try await cancelQueued(destination: webhook.destination, at: moment)
            }
            let isDeleted: Bool? = try await write(space: .settles) { writer in
                try writer.hasQueuedWebhookDeliveries(session: id) ? nil : writer.deleteSession(id)
            }
            if let isDeleted { return isDeleted }
        }
    }

    // MARK: Webhooks

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

    package func saveWebhook(_ webhook: SessionWebhook) async throws(StoreError) {
        let rows = try encrypted([webhook])
        try await write { writer in
            for row in rows { try writer.save(row) }
        }
    }

    package func deleteWebhook(_ id: String, at moment: Timestamp) async throws(StoreError) -> Bool {
        while true {
            _ = try await cancelQueued(destination: .webhook(id), at: moment)
            // Deliveries that came in the meantime are cancelled first, so that none stays queued for a deleted
            // webhook.
            let isDeleted: Bool? = try await write(space: .settles) { writer in
                try writer.count(.webhook(id), in: .queued) > 0 ? nil : writer.deleteWebhook(id)
            }
            if let isDeleted { return isDeleted }
        }
    }

    private func encrypted(_ webhooks: [SessionWebhook]) throws(StoreError) -> [SessionWebhookRow] {
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

    // MARK: Keys

    package func apiKeyDigests() async throws(StoreError) -> [[UInt8]] {
        try await read { try $0.prepared("SELECT digest FROM api_keys ORDER BY created_at, name").all { $0.bytes(0) } }
    }

    package func addAPIKey(digest: [UInt8], name: String, at moment: Timestamp) async throws(StoreError) {
        try await write { try $0.addKey(digest, name: name, at: moment) }
    }
}

package import RelayCore

extension SQLStore {
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
        // A session without a label sorts before those that have one.
        let order =
            "\(query.sort.rawValue) \(direction) NULLS \(query.isDescending ? "LAST" : "FIRST"), id \(direction)"
        return try await page(SessionRow.columnList, from, condition.values, order: order, offset, limit) {
            try SessionRow($0).session
        }
    }

    package func changeSession<Refusal: Error>(
        _ id: String,
        at moment: Timestamp,
        _ change: @escaping @Sendable (inout SessionWithWebhooks) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<ChangedSession, Refusal> {
        let key = key
        let (result, deleted) = try await write(rows: 2) { writer in
            try writer.changeSession(id, key: key, change)
        }
        try await cancelQueued(ofDeleted: deleted, at: moment)
        return result
    }

    package func deleteSession<Refusal: Error>(
        _ id: String,
        at moment: Timestamp,
        if check: @escaping @Sendable (Session) throws(Refusal) -> Void
    ) async throws(StoreError) -> Result<[String]?, Refusal> {
        let checked = try await write(space: .settles) { writer in
            try writer.session(id).map { session in Result { () throws(Refusal) in try check(session) } }
        }
        switch checked {
        case nil: return .success(nil)
        case .failure(let refusal): return .failure(refusal)
        case .success: break
        }
        while try await write(
            rows: batchLimit, space: .settles, { try $0.deleteMessages(session: id, limit: batchLimit) }) > 0
        {}
        let deleted = try await write(space: .settles) { try $0.deleteSession(id) }
        try await cancelQueued(ofDeleted: deleted ?? [], at: moment)
        return .success(deleted)
    }

    // MARK: Keys

    package func apiKeyDigests() async throws(StoreError) -> [[UInt8]] {
        try await read { try $0.prepared("SELECT digest FROM api_keys ORDER BY created_at, name").all { $0.bytes(0) } }
    }

    package func addAPIKey(digest: [UInt8], name: String, at moment: Timestamp) async throws(StoreError) {
        try await write { try $0.addKey(digest, name: name, at: moment) }
    }
}

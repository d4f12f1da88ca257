package import RelayCore

extension SQLStore {
    package func contacts(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Contact] {
        guard !ids.isEmpty else { return [] }
        return try await read { database in try ids.compactMap(DirectoryRows(database: database).contact) }
    }

    package func groups(_ ids: Set<DirectoryEntryKey>) async throws(StoreError) -> [Group] {
        guard !ids.isEmpty else { return [] }
        return try await read { database in try ids.compactMap(DirectoryRows(database: database).group) }
    }

    package func phones(ofLIDs lids: Set<DirectoryEntryKey>) async throws(StoreError) -> [DirectoryEntryKey: String] {
        guard !lids.isEmpty else { return [:] }
        return try await read { database in
            var phones: [DirectoryEntryKey: String] = [:]
            for key in lids { phones[key] = try DirectoryRows(database: database).phone(ofLID: key) }
            return phones
        }
    }

    package func messages(_ query: HistoryMessageQuery, offset: Int, limit: Int) async throws(StoreError) -> [Message] {
        try await read { database in
            let condition = try WhereClause(query, in: database)
            // Over all chats the order of acceptance is used. It is the order of time, except for imported history, and
            // needs no index.
            let order = query.chat == nil ? "m.number DESC" : "m.timestamp DESC, m.number DESC"
            let sql = """
                SELECT c.session, ifnull(c.spelling, c.id), m.id, m.outbound, m.sender, m.type, m.content, m.status, m.timestamp,
                    m.event_id, m.edited_at, m.deleted_at
                FROM messages m JOIN chats c ON c.number = m.chat \(condition.clause)
                ORDER BY \(order) LIMIT ? OFFSET ?
                """
            return try database.prepared(sql)
                .all(condition.values + [.int(Int64(limit)), .int(Int64(offset))], read: Self.message)
        }
    }

    package func countMessages(_ query: HistoryMessageQuery) async throws(StoreError) -> Int {
        try await read { database in
            let condition = try WhereClause(query, in: database)
            return try database.prepared(
                "SELECT count(*) FROM messages m JOIN chats c ON c.number = m.chat \(condition.clause)"
            )
            .first(values: condition.values) { Int($0.int(0)) } ?? 0
        }
    }

    package func chats(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (chats: [ChatSummary], total: Int) {
        var condition = WhereClause()
        condition.match("h.session", session)
        condition.search(["h.id", "h.spelling", "c.lid", "g.name", "c.verified_name", "c.name", "c.push_name"], search)
        let from = """
            FROM chats h LEFT JOIN groups g ON g.session = h.session AND g.id = h.id
            LEFT JOIN contacts c ON c.session = h.session AND c.id = h.id \(condition.clause)
            """
        let columns = """
            h.session, ifnull(h.spelling, h.id), coalesce(g.name, c.verified_name, c.name, c.push_name), ifnull(g.image_url, c.image_url),
            h.last_message_id, h.last_message_at, h.message_count
            """
        let order = "h.last_message_at DESC NULLS LAST, h.session, h.id"
        return try await page(columns, from, condition.values, order: order, offset, limit) { row in
            let id = row.text(1)
            return ChatSummary(
                session: row.text(0),
                id: id,
                kind: JID(id)?.chatKind ?? .direct,
                name: row.optionalText(2),
                imageURL: row.optionalText(3),
                lastMessageID: row.optionalText(4),
                lastMessageAt: row.optionalTime(5),
                messageCount: Int(row.int(6))
            )
        }
    }

    package func contacts(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (contacts: [Contact], total: Int) {
        var condition = WhereClause()
        condition.match("session", session)
        condition.search(["id", "spelling", "lid", "name", "push_name", "verified_name"], search)
        let from = "FROM contacts \(condition.clause)"
        return try await page(
            Self.contactColumns, from, condition.values, order: "id, session", offset, limit, read: Self.contact
        )
    }

    package func groups(
        session: String?, search: String?, offset: Int, limit: Int
    ) async throws(StoreError) -> (groups: [Group], total: Int) {
        var condition = WhereClause()
        condition.match("session", session)
        condition.search(["id", "name", "about"], search)
        let from = "FROM groups \(condition.clause)"
        return try await page(
            Self.groupColumns, from, condition.values, order: "id, session", offset, limit, read: Self.group
        )
    }

    /// One page and the number of all rows, from one snapshot.
    func page<T: Sendable>(
        _ columns: String,
        _ from: String,
        _ values: [SQLValue],
        order: String,
        _ offset: Int,
        _ limit: Int,
        read: @escaping @Sendable (ResultRow) throws -> T
    ) async throws(StoreError) -> ([T], total: Int) {
        try await self.read { database in
            let total = try database.prepared("SELECT count(*) \(from)").first(values: values) { Int($0.int(0)) } ?? 0
            let rows = try database.prepared("SELECT \(columns) \(from) ORDER BY \(order) LIMIT ? OFFSET ?")
                .all(values + [.int(Int64(limit)), .int(Int64(offset))], read: read)
            return (rows, total)
        }
    }

    static let contactColumns =
        "session, ifnull(spelling, id), lid, name, push_name, verified_name, image_url, updated_at, checked_at"

    static func contact(_ row: ResultRow) -> Contact {
        Contact(
            session: row.text(0), id: row.text(1), lid: row.optionalText(2), name: row.optionalText(3),
            pushName: row.optionalText(4), verifiedName: row.optionalText(5), imageURL: row.optionalText(6),
            updatedAt: row.time(7), checkedAt: row.optionalTime(8)
        )
    }

    static let groupColumns = "session, id, name, about, owner, size, image_url, updated_at, checked_at"

    static func group(_ row: ResultRow) -> Group {
        Group(
            session: row.text(0), id: row.text(1), name: row.optionalText(2), about: row.optionalText(3),
            owner: row.optionalText(4), size: row.optionalInt(5).map(Int.init), imageURL: row.optionalText(6),
            updatedAt: row.time(7), checkedAt: row.optionalTime(8)
        )
    }

    private static func message(_ row: ResultRow) throws -> Message {
        Message(
            session: row.text(0),
            chat: row.text(1),
            id: row.text(2),
            isOutbound: row.int(3) != 0,
            sender: row.optionalText(4),
            type: row.text(5),
            content: try row.json(6),
            status: MessageStatus(rawValue: Int(row.int(7))) ?? .pending,
            timestamp: row.time(8),
            event: EventID(row.int(9)),
            editedAt: row.optionalTime(10),
            deletedAt: row.optionalTime(11)
        )
    }
}

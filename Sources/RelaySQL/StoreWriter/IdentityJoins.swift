internal import RelayCore

/// Makes one of the rows of two ids that turned out to be of the same person. Ids are canonical.
package struct IdentityJoins {
    package let database: SQLConnection

    package init(_ database: SQLConnection) {
        self.database = database
    }

    // MARK: Lanes

    /// Moves the deliveries of a lane that are queued or in flight to another lane of the same destination. The order
    /// is that of acceptance, and nothing is due until the requests in flight of both have ended.
    /// - Returns: whether anything was moved.
    package func joinLanes(of destination: String, from old: String, to lane: String) throws -> Bool {
        let key: [SQLValue] = [.text(destination), .text(lane)]
        try database.run(
            """
            UPDATE deliveries INDEXED BY deliveries_lane SET lane = ?3
            WHERE destination = ?1 AND lane = ?2 AND state IN (0, 1)
            """,
            .text(destination), .text(old), .text(lane)
        )
        guard try database.changesCount() > 0 else { return false }
        try database.run(
            """
            UPDATE deliveries INDEXED BY deliveries_lane SET due_at = NULL
            WHERE destination = ?1 AND lane = ?2 AND state IN (0, 1) AND due_at IS NOT NULL
            """,
            values: key
        )
        try database.run(
            """
            UPDATE deliveries SET due_at = not_before WHERE id = (
                SELECT id FROM deliveries INDEXED BY deliveries_lane
                WHERE destination = ?1 AND lane = ?2 AND state IN (0, 1) ORDER BY id LIMIT 1
            ) AND NOT EXISTS (
                SELECT 1 FROM deliveries INDEXED BY deliveries_in_flight
                WHERE destination = ?1 AND lane = ?2 AND state = 1
            )
            """,
            values: key
        )
        return true
    }

    // MARK: History

    /// Moves a chat's messages to another chat. Of a message that both have, one stays, with the higher status and the
    /// last change of its content.
    package func joinChats(session: String, from old: String, to id: String) throws {
        guard let source = try chat(old, session), let target = try chat(id, session) else {
            return try database.run(
                "UPDATE chats SET id = ?3, spelling = ?4 WHERE session = ?1 AND id = ?2",
                .text(session), .text(old), .text(id), SQLValue(Self.spelling(of: old, as: id))
            )
        }
        // The fewer rows are moved; the chat that stays gets the new id.
        let (few, many) = source.count <= target.count ? (source, target) : (target, source)
        try joinDuplicates(in: few.number, many.number)
        try database.run("UPDATE messages SET chat = ?2 WHERE chat = ?1", .int(few.number), .int(many.number))
        try database.run(
            """
            UPDATE chats SET
                message_count = message_count + ?3,
                (last_message_id, last_message_at) = (
                    SELECT last_message_id, last_message_at FROM chats WHERE number IN (?1, ?2)
                    ORDER BY last_message_at DESC NULLS LAST LIMIT 1
                )
            WHERE number = ?2
            """,
            .int(few.number), .int(many.number), .int(Int64(try database.changesCount()))
        )
        try database.run("DELETE FROM chats WHERE number = ?", .int(few.number))
        try database.run(
            "UPDATE chats SET id = ?2, spelling = ?3 WHERE number = ?1",
            .int(many.number), .text(id), SQLValue(target.spelling)
        )
    }

    private func joinDuplicates(in few: Int64, _ many: Int64) throws {
        try database.run(
            """
            UPDATE messages AS m SET
                status = iif(f.status = 0, iif(m.status IN (1, 2), 0, m.status), max(m.status, f.status)),
                content = iif(f.deleted_at IS NOT NULL OR (m.deleted_at IS NULL AND
                    ifnull(f.edited_at, 0) > ifnull(m.edited_at, 0)), f.content, m.content),
                edited_at = nullif(max(ifnull(m.edited_at, 0), ifnull(f.edited_at, 0)), 0),
                deleted_at = ifnull(m.deleted_at, f.deleted_at),
                event_id = min(m.event_id, f.event_id)
            FROM messages f WHERE m.chat = ?2 AND f.chat = ?1 AND f.id = m.id
            """,
            .int(few), .int(many)
        )
        try database.run(
            "DELETE FROM messages WHERE chat = ?1 AND id IN (SELECT id FROM messages WHERE chat = ?2)",
            .int(few), .int(many)
        )
    }

    private func chat(_ id: String, _ session: String) throws -> (number: Int64, count: Int64, spelling: String?)? {
        try database.prepared("SELECT number, message_count, spelling FROM chats WHERE session = ? AND id = ?")
            .first(.text(session), .text(id)) { ($0.int(0), $0.int(1), $0.optionalText(2)) }
    }

    // MARK: Directory

    /// Makes one contact of two. What both have is taken from the one that stays.
    package func joinContacts(session: String, from old: String, to id: String) throws {
        let values: [SQLValue] = [
            .text(session), .text(old), .text(id), SQLValue(Self.spelling(of: old, as: id)),
            SQLValue(ChatIDRules.isLID(old) ? old : nil),
        ]
        try database.run(
            """
            INSERT INTO contacts AS c (session, id, spelling, lid, name, push_name, verified_name, image_url, updated_at,
                checked_at)
            SELECT session, ?3, ?4, ifnull(?5, lid), name, push_name, verified_name, image_url, updated_at, checked_at
            FROM contacts WHERE session = ?1 AND id = ?2
            ON CONFLICT (session, id) DO UPDATE SET
                lid = ifnull(c.lid, excluded.lid), name = ifnull(c.name, excluded.name),
                push_name = ifnull(c.push_name, excluded.push_name),
                verified_name = ifnull(c.verified_name, excluded.verified_name),
                image_url = ifnull(c.image_url, excluded.image_url),
                checked_at = ifnull(c.checked_at, excluded.checked_at),
                updated_at = max(c.updated_at, excluded.updated_at)
            """,
            values: values
        )
        try database.run("DELETE FROM contacts WHERE session = ? AND id = ?", .text(session), .text(old))
    }

    /// The spelling to keep beside a canonical id; nil when it is the same, or none.
    static func spelling(of id: String, as canonical: String) -> String? {
        id == canonical || ChatIDRules.isLID(id) ? nil : id
    }
}

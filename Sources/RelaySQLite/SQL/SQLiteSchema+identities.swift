internal import GRDB
internal import RelayCore
internal import RelaySQL

extension SQLiteSchema {
    /// The identities of persons, and the keys and rows that use them.
    ///
    /// identities.phone is the phone's JID behind a hidden identity as the gateway writes it; NULL while it is not
    /// known. A row without a phone says that events were accepted under the hidden identity. unresolved_keys has the
    /// deduplication keys in which a hidden identity stands whose phone is not known: they are rewritten when it is
    /// learned. chats.id and contacts.id are canonical (``ChatIDRules/canonical(_:)``); `spelling` is the id as gateways
    /// write it, where that is different.
    static func addIdentities(_ database: Database, _ key: CredentialEncryptionKey) throws {
        try database.execute(
            sql: """
                CREATE TABLE identities (
                    session TEXT NOT NULL,
                    lid TEXT NOT NULL,
                    phone TEXT,
                    PRIMARY KEY (session, lid)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX identities_phone ON identities (phone) WHERE phone IS NOT NULL;

                CREATE TABLE unresolved_keys (
                    session TEXT NOT NULL,
                    lid TEXT NOT NULL,
                    event_id INTEGER NOT NULL,
                    source TEXT NOT NULL,
                    key TEXT NOT NULL,
                    PRIMARY KEY (session, lid, event_id)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX unresolved_keys_event ON unresolved_keys (event_id);

                ALTER TABLE chats ADD COLUMN spelling TEXT;
                ALTER TABLE contacts ADD COLUMN spelling TEXT;

                INSERT OR REPLACE INTO identities (session, lid, phone)
                SELECT session, lid, id FROM contacts
                WHERE lid LIKE '%@lid' AND id LIKE '%@s.whatsapp.net' ORDER BY updated_at;
                INSERT OR IGNORE INTO identities (session, lid)
                SELECT session, id FROM contacts WHERE id LIKE '%@lid'
                UNION SELECT session, id FROM chats WHERE id LIKE '%@lid'
                UNION SELECT session, chat FROM deliveries INDEXED BY deliveries_lane
                    WHERE state IN (0, 1) AND lane IS NOT NULL AND chat LIKE '%@lid';
                """)
        let connection = SQLConnection(SQLiteDriver(database))
        let joins = IdentityJoins(connection)
        let chats = try connection.prepare("SELECT session, id FROM chats").all { ($0.text(0), $0.text(1)) }
        let contacts = try connection.prepare("SELECT session, id FROM contacts").all { ($0.text(0), $0.text(1)) }
        let phones = try connection.prepare("SELECT session, lid, phone FROM identities WHERE phone IS NOT NULL")
            .all { (key: DirectoryEntryKey(session: $0.text(0), id: $0.text(1)), phone: $0.text(2)) }
        let known = Dictionary(uniqueKeysWithValues: phones.map { ($0.key, $0.phone) })
        func current(_ session: String, _ id: String) -> String {
            ChatIDRules.canonical(known[DirectoryEntryKey(session: session, id: id)] ?? id)
        }
        for (session, id) in chats where current(session, id) != id {
            try joins.joinChats(session: session, from: id, to: current(session, id))
        }
        for (session, id) in contacts where current(session, id) != id {
            try joins.joinContacts(session: session, from: id, to: current(session, id))
        }
        try renameLanes(joins, current)
        try renameForwardedChats(connection)
    }

    /// Queued deliveries of one person are one lane, whatever id of the person they have.
    private static func renameLanes(_ joins: IdentityJoins, _ current: (String, String) -> String) throws {
        let lanes = try joins.database.prepare(
            """
            SELECT DISTINCT destination, lane, session, chat FROM deliveries INDEXED BY deliveries_lane
            WHERE state IN (0, 1) AND lane IS NOT NULL AND chat IS NOT NULL
            """
        ).all { (destination: $0.text(0), lane: $0.text(1), session: $0.text(2), chat: $0.text(3)) }
        for row in lanes where row.lane == "\(row.session)/\(row.chat)" {
            let lane = DeliveryLaneName.text(session: row.session, chat: current(row.session, row.chat))
            guard lane != row.lane else { continue }
            _ = try joins.joinLanes(of: row.destination, from: row.lane, to: lane)
        }
    }

    private static func renameForwardedChats(_ database: SQLConnection) throws {
        // The mapping that was used last stays.
        for (table, order) in [("forwarded_chats", "updated_at DESC"), ("forwarded_messages", "number")] {
            let chats = try database.prepare("SELECT destination, session, chat FROM \(table) ORDER BY \(order)")
                .all { [$0.text(0), $0.text(1), $0.text(2)] }
            for chat in chats where ChatIDRules.canonical(chat[2]) != chat[2] {
                let values: [SQLValue] = (chat + [ChatIDRules.canonical(chat[2])]).map { .text($0) }
                try database.run(
                    "UPDATE OR IGNORE \(table) SET chat = ?4 WHERE destination = ?1 AND session = ?2 AND chat = ?3",
                    values: values)
            }
            // What could not be renamed, because the other spelling has a row already.
            for chat in chats where ChatIDRules.canonical(chat[2]) != chat[2] {
                try database.run(
                    "DELETE FROM \(table) WHERE destination = ?1 AND session = ?2 AND chat = ?3",
                    values: chat.map { .text($0) })
            }
        }
    }
}

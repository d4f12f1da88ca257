internal import GRDB
internal import RelayCore
internal import RelayJSON
internal import RelaySQL

extension SQLiteSchema {
    /// A webhook's options become one encrypted document, as a destination of the configuration has them, in place of a
    /// column for each: new options need no new column, and bodies and URLs may contain credentials.
    static func storeWebhookOptions(_ database: Database, _ key: CredentialEncryptionKey) throws {
        try database.execute(sql: "ALTER TABLE webhooks RENAME TO old_webhooks; DROP INDEX webhooks_session;")
        try database.execute(
            sql: """
                CREATE TABLE webhooks (
                    id TEXT PRIMARY KEY NOT NULL,
                    session TEXT NOT NULL,
                    options BLOB NOT NULL,
                    secrets BLOB NOT NULL,
                    enabled INTEGER NOT NULL,
                    created_at INTEGER NOT NULL,
                    updated_at INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX webhooks_session ON webhooks (session, created_at);
                """)
        let connection = SQLConnection(SQLiteDriver(database))
        let statement = try connection.prepare("SELECT \(LegacyWebhookRow.columns) FROM old_webhooks")
        let webhooks = try statement.all { try LegacyWebhookRow(row: $0, key: key) }
        for webhook in webhooks {
            let options = key.seal(JSON.object(webhook.options).bytes, for: "webhooks/\(webhook.id)/options")
            try connection.run(
                """
                INSERT INTO webhooks SELECT id, session, ?2, secrets, enabled, created_at, updated_at
                FROM old_webhooks WHERE id = ?1
                """,
                .text(webhook.id), .blob(options)
            )
        }
        try database.execute(sql: "DROP TABLE old_webhooks")
    }
}

/// A webhook with a column for each option.
private struct LegacyWebhookRow {
    static let columns = "id, url, events, headers, retry, ordering, max_in_flight, rate_limit, timeout_ms"

    let id: String
    let options: JSONObject

    init(row: ResultRow, key: CredentialEncryptionKey) throws {
        id = row.text(0)
        var options: JSONObject = ["url": .string(row.text(1))]
        let events = try row.json(2)
        if events != [] { options["events"] = events }
        let headers = try JSON(parsing: key.open(row.bytes(3), for: "webhooks/\(id)/headers"))
        if headers != [] { options["headers"] = .object(Self.headers(headers)) }
        if !row.isNull(4) { options["retry"] = try row.json(4) }
        if row.text(5) != DestinationDispatchSettings.Ordering.perChat.rawValue {
            options["ordering"] = .string(row.text(5))
        }
        if let maxInFlight = row.optionalInt(6) { options["max_in_flight"] = .int(maxInFlight) }
        if let rateLimit = row.optionalText(7) { options["rate_limit"] = .string(rateLimit) }
        if let timeout = row.optionalInt(8) { options["timeout"] = .string("\(timeout)ms") }
        self.options = options
    }

    /// An object of a list of pairs. Of names that differ in case alone the first stays: HTTP has one name for them.
    private static func headers(_ pairs: JSON) -> JSONObject {
        var headers = JSONObject()
        var names: Set<String> = []
        for pair in pairs.array ?? [] {
            guard let name = pair[0]?.string, let value = pair[1], names.insert(name.lowercased()).inserted else {
                continue
            }
            headers[name] = value
        }
        return headers
    }
}

internal import RelayCore
internal import RelayJSON

/// A webhook as its table has it: credentials encrypted, lists as JSON.
struct WebhookRow: Sendable {
    var id: String
    var session: String
    var url: String
    var events: [UInt8]
    var headers: [UInt8]
    var secrets: [UInt8]
    var retry: [UInt8]?
    var ordering: String
    var maxInFlight: Int?
    var rateLimit: String?
    var timeout: Int64?
    var isEnabled: Bool
    var createdAt: Timestamp
    var updatedAt: Timestamp

    static let columns = """
        id, session, url, events, headers, secrets, retry, ordering, max_in_flight, rate_limit, timeout_ms, enabled,
        created_at, updated_at
        """

    init(_ row: ResultRow) {
        id = row.text(0)
        session = row.text(1)
        url = row.text(2)
        events = row.bytes(3)
        headers = row.bytes(4)
        secrets = row.bytes(5)
        retry = row.optionalBytes(6)
        ordering = row.text(7)
        maxInFlight = row.optionalInt(8).map(Int.init)
        rateLimit = row.optionalText(9)
        timeout = row.optionalInt(10)
        isEnabled = row.int(11) != 0
        createdAt = row.time(12)
        updatedAt = row.time(13)
    }

    init(_ webhook: Webhook, key: SecretKey) throws(StoreError) {
        id = webhook.id
        session = webhook.session
        url = webhook.url
        events = JSON.array(webhook.events.map { .string($0) }).bytes
        let headerList = webhook.headers.map { JSON.array([.string($0.name), .string($0.value)]) }
        headers = try key.seal(JSON.array(headerList).bytes, for: Self.place(webhook.id, "headers"))
        let secretList = webhook.secrets.map { secret in
            JSON.array([
                .string(secret.value), .int(secret.createdAt.milliseconds),
                secret.expiresAt.map { .int($0.milliseconds) } ?? .null,
            ])
        }
        secrets = try key.seal(JSON.array(secretList).bytes, for: Self.place(webhook.id, "secrets"))
        retry = webhook.retry?.bytes
        ordering = webhook.ordering.rawValue
        maxInFlight = webhook.maxInFlight
        rateLimit = webhook.rateLimit
        timeout = webhook.timeout?.milliseconds
        isEnabled = webhook.isEnabled
        createdAt = webhook.createdAt
        updatedAt = webhook.updatedAt
    }

    /// The webhook, decrypted.
    func webhook(key: SecretKey) throws(StoreError) -> Webhook {
        var webhook = Webhook(id: id, session: session, url: url, createdAt: createdAt)
        webhook.events = try Self.list(events).compactMap(\.string)
        webhook.headers = try Self.list(key.open(headers, for: Self.place(id, "headers"))).compactMap { entry in
            guard let pair = entry.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
                return nil
            }
            return Webhook.Header(name: name, value: value)
        }
        webhook.secrets = try Self.list(key.open(secrets, for: Self.place(id, "secrets"))).compactMap { entry in
            guard let parts = entry.array, parts.count == 3, let value = parts[0].string, let created = parts[1].int
            else {
                return nil
            }
            return WebhookSecret(
                value: value,
                createdAt: Timestamp(milliseconds: created),
                expiresAt: parts[2].int.map { Timestamp(milliseconds: $0) }
            )
        }
        if let retry { webhook.retry = try Self.parse(retry) }
        webhook.ordering = DestinationSettings.Ordering(rawValue: ordering) ?? .perChat
        webhook.maxInFlight = maxInFlight
        webhook.rateLimit = rateLimit
        webhook.timeout = timeout.map { .milliseconds($0) }
        webhook.isEnabled = isEnabled
        webhook.updatedAt = updatedAt
        return webhook
    }

    /// Where an encrypted column opens, and nowhere else.
    private static func place(_ id: String, _ column: String) -> String { "webhooks/\(id)/\(column)" }

    private static func list(_ bytes: [UInt8]) throws(StoreError) -> [JSON] {
        try parse(bytes).array ?? []
    }

    private static func parse(_ bytes: [UInt8]) throws(StoreError) -> JSON {
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw StoreError(.unavailable, "a webhook's row is damaged: \(error)")
        }
    }
}

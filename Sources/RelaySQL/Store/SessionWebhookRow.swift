internal import RelayCore
internal import RelayJSON

/// A row of `webhooks`: options and keys are encrypted, each as a whole.
struct SessionWebhookRow: Sendable {
    static let columnNames = [
        "id", "session", "options", "secrets", "enabled", "created_at", "updated_at", "revision",
    ]
    static let columns = columnNames.joined(separator: ", ")

    let id: String
    let session: String
    let options: [UInt8]
    let secrets: [UInt8]
    let isEnabled: Bool
    let createdAt: Timestamp
    let updatedAt: Timestamp
    let revision: Int64

    /// What is bound for ``columns``.
    var values: [SQLValue] {
        [
            .text(id), .text(session), .blob(options), .blob(secrets), SQLValue(isEnabled), SQLValue(createdAt),
            SQLValue(updatedAt), .int(revision),
        ]
    }

    init(row: ResultRow) {
        id = row.text(0)
        session = row.text(1)
        options = row.bytes(2)
        secrets = row.bytes(3)
        isEnabled = row.int(4) != 0
        createdAt = row.time(5)
        updatedAt = row.time(6)
        revision = row.int(7)
    }

    init(_ webhook: SessionWebhook, key: CredentialEncryptionKey) throws(StoreError) {
        id = webhook.id
        session = webhook.session
        options = key.seal(JSON.object(webhook.options).bytes, for: Self.place(webhook.id, "options"))
        let keys = webhook.secrets.map { secret in
            JSON.array([.string(secret.value), Self.json(secret.createdAt), Self.json(secret.expiresAt)])
        }
        secrets = key.seal(JSON.array(keys).bytes, for: Self.place(webhook.id, "secrets"))
        isEnabled = webhook.isEnabled
        createdAt = webhook.createdAt
        updatedAt = webhook.updatedAt
        revision = webhook.revision
    }

    /// The webhook, decrypted.
    func webhook(key: CredentialEncryptionKey) throws(StoreError) -> SessionWebhook {
        guard case .object(let options) = try json(options, column: "options", key: key),
            case .array(let keys) = try json(secrets, column: "secrets", key: key)
        else { throw damaged("a column holds another value than it should") }
        var webhook = SessionWebhook(id: id, session: session, options: options, createdAt: createdAt)
        webhook.secrets = keys.compactMap { entry in
            guard let parts = entry.array, parts.count == 3, let value = parts[0].string else { return nil }
            return WebhookSigningSecret(value: value, createdAt: Self.time(parts[1]), expiresAt: Self.time(parts[2]))
        }
        webhook.isEnabled = isEnabled
        webhook.updatedAt = updatedAt
        webhook.revision = revision
        return webhook
    }

    /// Where an encrypted column opens, and nowhere else.
    static func place(_ id: String, _ column: String) -> String { "webhooks/\(id)/\(column)" }

    private static func json(_ moment: Timestamp?) -> JSON { moment.map { .int($0.milliseconds) } ?? .null }
    private static func time(_ json: JSON) -> Timestamp? { json.int.map { Timestamp(milliseconds: $0) } }

    private func json(_ sealed: [UInt8], column: String, key: CredentialEncryptionKey) throws(StoreError) -> JSON {
        let bytes = try key.open(sealed, for: Self.place(id, column))
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw damaged("\(error)")
        }
    }

    private func damaged(_ why: String) -> StoreError {
        StoreError(.unavailable, "the row of the webhook \(id) is damaged: \(why)")
    }
}

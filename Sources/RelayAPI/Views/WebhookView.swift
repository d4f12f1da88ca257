internal import RelayConfig
internal import RelayCore
internal import RelayJSON

/// The JSON of a webhook in the API.
enum WebhookView {
    /// - Parameter newSecret: a key that is shown this once.
    static func json(
        _ webhook: SessionWebhook,
        reader: ManagedWebhookOptionsReader,
        at now: Timestamp,
        newSecret: String? = nil
    ) -> JSON {
        let active = webhook.secrets.filter { $0.expiresAt.map { $0 > now } ?? true }
        var secret: JSON = ["set": .bool(!active.isEmpty)]
        if let newest = active.first { secret = ["set": true, "last4": .string(String(newest.value.suffix(4)))] }
        if let newSecret { secret["value"] = .string(newSecret) }
        let options = webhook.options
        let reading = reader.stored(webhook)
        let timeout = options["timeout"].flatMap { _ in reading?.destination.timeout }
        let warnings = (reading?.warnings ?? []).map { warning -> JSON in
            ["pointer": .string(warning.pointer), "message": .string(warning.message)]
        }
        return [
            "id": .string(webhook.id),
            "session": .string(webhook.session),
            "url": .string(webhook.url),
            "events": .strings(reading?.destination.settings.events.patterns ?? []),
            "criteria": options["criteria"] ?? .null,
            "headers": .object(shown(options["headers"])),
            "body": options["body"] ?? .null,
            "content_type": options["content_type"] ?? .null,
            "batch": options["batch"] ?? .null,
            "secret": secret,
            "previous_secret_expires_at": .orNull(active.dropFirst().compactMap(\.expiresAt).max()),
            "retry": options["retry"] ?? "default",
            "ordering": .string((reading?.destination.settings.ordering ?? .perChat).rawValue),
            "max_in_flight": options["max_in_flight"] ?? .null,
            "rate_limit": options["rate_limit"] ?? .null,
            "timeout": .orNull(timeout?.written),
            "timeout_ms": .orNull(timeout.map { Int($0.milliseconds) }),
            "enabled": .bool(webhook.isEnabled),
            "effective": reading.map { .object($0.effective) } ?? .null,
            "warnings": .array(warnings),
            "created_at": .orNull(webhook.createdAt),
            "updated_at": .orNull(webhook.updatedAt),
        ]
    }

    private static func shown(_ headers: JSON?) -> JSONObject {
        JSONObject(
            (headers?.object ?? [:]).map { name, value in
                (name, value.string.map { .string(CredentialRedaction.header(name, $0)) } ?? value)
            }
        )
    }
}

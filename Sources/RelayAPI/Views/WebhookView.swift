internal import RelayCore
internal import RelayJSON

/// The JSON of a webhook in the API.
enum WebhookView {
    /// - Parameter newSecret: a new key, which is returned only this once.
    static func json(_ webhook: Webhook, at now: Timestamp, newSecret: String? = nil) -> JSON {
        let active = webhook.secrets.filter { $0.expiresAt.map { $0 > now } ?? true }
        var secret: JSON = ["set": .bool(!active.isEmpty)]
        if let newest = active.first { secret = ["set": true, "last4": .string(String(newest.value.suffix(4)))] }
        if let newSecret { secret["value"] = .string(newSecret) }
        let headers = webhook.headers.map { ($0.name, JSON.string(CredentialRedaction.header($0.name, $0.value))) }
        return [
            "id": .string(webhook.id),
            "session": .string(webhook.session),
            "url": .string(webhook.url),
            "events": .strings(webhook.events),
            "headers": .object(JSONObject(headers)),
            "secret": secret,
            "previous_secret_expires_at": .orNull(active.dropFirst().compactMap(\.expiresAt).max()),
            "retry": webhook.retry ?? "default",
            "ordering": .string(webhook.ordering.rawValue),
            "max_in_flight": .orNull(webhook.maxInFlight),
            "rate_limit": .orNull(webhook.rateLimit),
            "timeout_ms": .orNull(webhook.timeout.map { Int($0.milliseconds) }),
            "enabled": .bool(webhook.isEnabled),
            "created_at": .orNull(webhook.createdAt),
            "updated_at": .orNull(webhook.updatedAt),
        ]
    }
}

internal import RelayCore
internal import RelayJSON

/// Reads a webhook's fields and lays them over a webhook.
enum WebhookInput {
    /// - Parameter isNew: whether `url` must be there, and a secret is made when none is given.
    static func apply(_ body: inout JSONFieldReader, to webhook: inout Webhook, isNew: Bool, at now: Timestamp) {
        if let url = body.string("url", required: isNew, length: 1...2048) { webhook.url = url }
        if let events = body.strings("events", check: WebhookEventCatalog.problem) {
            webhook.events = events
        } else if body.isNull("events") {
            webhook.events = []
        }
        if let headers = body.object("headers") {
            webhook.headers = self.headers(headers, keeping: webhook.headers, in: &body)
        } else if body.isNull("headers") {
            webhook.headers = []
        }
        applySecret(&body, to: &webhook, isNew: isNew, at: now)
        if let retry = body.value("retry") {
            switch retry {
            case .null: webhook.retry = nil
            case .string, .object: webhook.retry = retry
            default: body.problem("retry", "must be a policy's name or an object of its options, not \(retry.kindName)")
            }
        }
        if let ordering = body.choice("ordering", DestinationSettings.Ordering.self) { webhook.ordering = ordering }
        if let maxInFlight = body.int("max_in_flight", in: DestinationSettings.maxInFlightRange) {
            webhook.maxInFlight = maxInFlight
        }
        if body.isNull("max_in_flight") { webhook.maxInFlight = nil }
        if let rateLimit = body.string("rate_limit", length: 1...32) { webhook.rateLimit = rateLimit }
        if body.isNull("rate_limit") { webhook.rateLimit = nil }
        if let timeout = body.int("timeout_ms", in: 100...120_000) { webhook.timeout = .milliseconds(timeout) }
        if body.isNull("timeout_ms") { webhook.timeout = nil }
        if let isEnabled = body.bool("enabled") { webhook.isEnabled = isEnabled }
    }

    static func check(secret: String, field: String = "secret", in body: inout JSONFieldReader) {
        if let problem = WebhookSigningKey.problem(with: secret) { body.problem(field, problem) }
    }

    private static func applySecret(
        _ body: inout JSONFieldReader,
        to webhook: inout Webhook,
        isNew: Bool,
        at now: Timestamp
    ) {
        if let secret = body.string("secret", length: 1...512) {
            check(secret: secret, in: &body)
            webhook.secrets = [WebhookSecret(value: secret, createdAt: now)]
        } else if body.isNull("secret") {
            webhook.secrets = []
        } else if isNew {
            webhook.secrets = [WebhookSecret(value: WebhookSigningKey.generate(), createdAt: now)]
        }
    }

    /// A value `***` is what the API shows of a credential: it keeps the one that is stored.
    private static func headers(
        _ given: JSONObject,
        keeping stored: [Webhook.Header],
        in body: inout JSONFieldReader
    ) -> [Webhook.Header] {
        var headers: [Webhook.Header] = []
        for (name, value) in given {
            let place = "headers/" + JSONFieldReader.escape(name)
            guard case .string(var text) = value else {
                body.problem(place, "must be a string, not \(value.kindName)", isPath: true)
                continue
            }
            if let problem = problem(header: name, value: text) { body.problem(place, problem, isPath: true) }
            if text == CredentialRedaction.mark,
                let known = stored.first(where: { $0.name.lowercased() == name.lowercased() })
            {
                text = known.value
            }
            headers.append(Webhook.Header(name: name, value: text))
        }
        return headers
    }

    private static func problem(header name: String, value: String) -> String? {
        guard HeaderFieldRules.isValid(name: name), name.utf8.count <= 128 else {
            return "is no header name; use letters, digits and -"
        }
        if HeaderFieldRules.reserved.contains(name.lowercased()) {
            return "is a header that the relay sets; leave it out"
        }
        guard value.utf8.count <= 4096 else { return "has a value of more than 4096 bytes" }
        guard HeaderFieldRules.isValid(value: value) else {
            return "has a line break or another control character in its value; take it out"
        }
        return nil
    }
}

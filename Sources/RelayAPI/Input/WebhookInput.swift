package import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reads a webhook's document: the options of a destination, and what the API adds to them.
enum WebhookInput {
    /// The fields of the document that are no options.
    private static let enabled = "enabled"
    /// `timeout` as a number.
    private static let timeoutMilliseconds = "timeout_ms"
    /// The options that set keys.
    private static let keyOptions = ["secret", "secrets"]

    /// Lays a document over a webhook: what is absent stays, null is the default. Mistakes are noted in the document.
    /// - Parameter isNew: whether a key is made when none is given.
    static func apply(
        _ body: inout JSONFieldReader,
        to webhook: inout Webhook,
        isNew: Bool,
        reader: WebhookOptionsReader,
        at now: Timestamp
    ) {
        if let isEnabled = body.bool(enabled) { webhook.isEnabled = isEnabled }
        if body.isNull(enabled) { webhook.isEnabled = true }
        var names: [String: String] = [:]
        var changes = options(of: &body, names: &names)
        keepShownCredentials(in: &changes, of: webhook)
        var keys = JSONObject()
        for name in keyOptions { keys[name] = changes.removeValue(forKey: name) }
        // A webhook is not judged again for what a request does not touch.
        guard isNew || !changes.isEmpty || !keys.isEmpty else { return }
        for (name, value) in changes {
            if value.isNull { webhook.options.removeValue(forKey: name) } else { webhook.options[name] = value }
        }
        var document = webhook.options
        for (name, value) in keys where !value.isNull { document[name] = value }
        do throws(InvalidOptionsError) {
            let otherNames = [enabled, timeoutMilliseconds]
            let reading = try reader.read(document, names: names, otherNames: otherNames)
            if !keys.isEmpty { webhook.secrets = secrets(of: reading, at: now) }
        } catch {
            body.add(error.problems)
        }
        if isNew, keys.isEmpty {
            webhook.secrets = [WebhookSecret(value: WebhookSigningKey.generate(), createdAt: now)]
        }
    }

    /// The keys that options set, as they are kept.
    static func secrets(of reading: WebhookReading, at now: Timestamp) -> [WebhookSecret] {
        reading.destination.secrets.map { WebhookSecret(value: $0.value, createdAt: now) }
    }

    /// The options in a document.
    /// - Parameter names: what the document calls them, where that differs.
    private static func options(of body: inout JSONFieldReader, names: inout [String: String]) -> JSONObject {
        var options = body.remaining()
        guard let timeout = options.removeValue(forKey: timeoutMilliseconds) else { return options }
        if options.contains("timeout") {
            body.problem(timeoutMilliseconds, "is given besides timeout; keep one of them")
            return options
        }
        switch timeout {
        case .null: options["timeout"] = .null
        case .int(let milliseconds):
            options["timeout"] = .string("\(milliseconds)ms")
            names["timeout"] = timeoutMilliseconds
        default: body.problem(timeoutMilliseconds, "must be a whole number of milliseconds")
        }
        return options
    }

    /// A header with the value `***`, as the API shows credentials, keeps the value that is stored.
    private static func keepShownCredentials(in changes: inout JSONObject, of webhook: Webhook) {
        guard let given = changes["headers"]?.object, let stored = webhook.options["headers"]?.object else { return }
        var headers = given
        for (name, value) in given where value.string == CredentialRedaction.mark {
            let known = stored.first { $0.key.lowercased() == name.lowercased() }
            headers[name] = known?.value ?? value
        }
        changes["headers"] = .object(headers)
    }
}

extension InvalidOptionsError {
    /// The same mistakes as an answer lists them.
    package var problems: [APIError.Problem] { mistakes.map { APIError.Problem(pointer: $0.pointer, $0.message) } }
}

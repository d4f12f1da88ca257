package import RelayConfig
internal import RelayCore
internal import RelayJSON

/// Reads the JSON representation of a webhook: the options of a destination, and the fields that the API adds.
enum SessionWebhookReader {
    /// The fields of the document that are not options.
    private static let enabled = "enabled"
    /// The name of `timeout` as a number of milliseconds.
    private static let timeoutMilliseconds = "timeout_ms"
    /// The options that set keys.
    private static let keyOptions = ["secret", "secrets"]

    /// Applies the fields of a document to a webhook: absent fields are unchanged, and null restores the default.
    /// Errors are recorded in the document's reader.
    /// - Parameter isNew: whether the webhook is new; a key is generated when the document has none.
    static func apply(
        _ body: inout JSONFieldReader,
        to webhook: inout SessionWebhook,
        isNew: Bool,
        reader: ManagedWebhookOptionsReader,
        at now: Timestamp
    ) {
        if let isEnabled = body.bool(enabled) { webhook.isEnabled = isEnabled }
        if body.isNull(enabled) { webhook.isEnabled = true }
        var names: [String: String] = [:]
        var changes = options(of: &body, names: &names)
        webhook.options = inASCII(webhook.options)
        keepShownCredentials(in: &changes, of: webhook)
        var keys = JSONObject()
        for name in keyOptions { keys[name] = changes.removeValue(forKey: name) }
        keepShownKeys(in: &keys, of: webhook)
        removeEmptyKeyList(from: &keys)
        // Options that a request does not change are not validated again.
        guard isNew || !changes.isEmpty || !keys.isEmpty else { return }
        for (name, value) in changes {
            if value.isNull { webhook.options.removeValue(forKey: name) } else { webhook.options[name] = value }
        }
        var document = webhook.options
        for (name, value) in keys where !value.isNull { document[name] = value }
        do throws(InvalidOptionsError) {
            let otherNames = [enabled, timeoutMilliseconds]
            let reading = try reader.read(document, names: names, otherNames: otherNames)
            webhook.options = inASCII(webhook.options)
            if !keys.isEmpty { webhook.secrets = secrets(of: reading, at: now) }
        } catch {
            body.add(error.problems)
        }
        if isNew, keys.isEmpty {
            webhook.secrets = [WebhookSigningSecret(value: WebhookSigningKeyGenerator.generate(), createdAt: now)]
        }
    }

    /// Valid options with the URL as it is sent.
    static func inASCII(_ options: JSONObject) -> JSONObject {
        var options = options
        if let url = options["url"]?.string, let ascii = try? ASCIIURL.of(url) { options["url"] = .string(ascii) }
        return options
    }

    /// The keys in the options, in the form in which they are stored.
    static func secrets(of reading: ParsedWebhookOptions, at now: Timestamp) -> [WebhookSigningSecret] {
        reading.destination.secrets.map { WebhookSigningSecret(value: $0.value, createdAt: now) }
    }

    /// Reads the options in a document.
    /// - Parameter names: the document's names for options that have another name there.
    private static func options(of body: inout JSONFieldReader, names: inout [String: String]) -> JSONObject {
        var options = body.remaining()
        guard let timeout = options.removeValue(forKey: timeoutMilliseconds) else { return options }
        // The API shows both, so both may come back: they must agree, and null says nothing beside a value.
        if let text = options["timeout"], !text.isNull {
            if timeout.isNull || isSame(text, timeout) { return options }
            body.problem(timeoutMilliseconds, "is not the same as timeout; keep one of them")
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

    /// Whether a duration as text and a number of milliseconds are the same.
    private static func isSame(_ text: JSON, _ milliseconds: JSON) -> Bool {
        guard let duration = text.string.flatMap({ QuantitySyntax.duration($0) }) else { return false }
        return milliseconds.int == duration.milliseconds
    }

    /// Null and the empty list are the default of `secrets`, that is, none: they leave the keys to `secret`. Only
    /// `"secret": null` makes a webhook that does not sign.
    private static func removeEmptyKeyList(from keys: inout JSONObject) {
        guard let list = keys["secrets"] else { return }
        if list.isNull || list.array?.isEmpty == true { keys.removeValue(forKey: "secrets") }
    }

    /// A secret `***`, and as many of them as the webhook has, keep the stored keys. Elsewhere `***` is no key.
    private static func keepShownKeys(in keys: inout JSONObject, of webhook: SessionWebhook) {
        let mark = JSON.string(CredentialRedaction.mark)
        if keys["secret"] == mark, !webhook.secrets.isEmpty { keys.removeValue(forKey: "secret") }
        if let list = keys["secrets"]?.array, !list.isEmpty, list.count == webhook.secrets.count,
            list.allSatisfy({ $0 == mark })
        {
            keys.removeValue(forKey: "secrets")
        }
    }

    /// A header with the value `***`, as the API displays credentials, keeps the stored value.
    private static func keepShownCredentials(in changes: inout JSONObject, of webhook: SessionWebhook) {
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
    /// The mistakes in the form of an error response.
    package var problems: [APIError.FieldError] {
        mistakes.map { APIError.FieldError(pointer: $0.pointer, $0.message) }
    }
}

package import RelayCore
package import RelayJSON

/// Reads the options of webhooks managed over REST: those of one kind of destination, with the same fields that the
/// configuration is read with.
///
/// Nothing is interpolated: `${…}` is literal text, so callers of the API cannot read the environment or files.
package struct ManagedWebhookOptionsReader: Sendable {
    /// The maximum size of a webhook's options as JSON, in bytes.
    package static let maximumSize = 64 << 10

    /// What is a warning in the configuration and a mistake here, where a warning would not be noticed.
    private static let refusedWarnings: Set<DiagnosticCode> = [.unknownEvent, .unknownMessageType, .unsentFragment]

    private let kind: any DestinationOptions.Type
    private let reader: DestinationOptionsReader
    private let urlCheck: (@Sendable (String) -> String?)?

    private typealias Common = CommonDestinationOptions

    /// - Parameters:
    ///   - kind: the kind of destination that webhooks have.
    ///   - policies: the retry policies that a webhook may name; `default` is used when it names none.
    ///   - timeout: the timeout of webhooks that do not set one.
    ///   - urlCheck: returns what is wrong with the URL of a delivery, or nil when the URL is allowed.
    package init(
        kind: any DestinationOptions.Type,
        policies: [String: RetryPolicy],
        timeout: Duration,
        urlCheck: (@Sendable (String) -> String?)? = nil
    ) {
        self.kind = kind
        reader = DestinationOptionsReader(policies: NamedRetryPolicies(resolved: policies), timeout: timeout)
        self.urlCheck = urlCheck
    }

    /// Reads the options of a request that sets them.
    /// - Parameters:
    ///   - options: all options of the webhook, including `secret` or `secrets` when keys are set. No value is null.
    ///   - names: the request's names for options that have another name there: `["url": "webhook_url"]`.
    ///   - otherNames: the other fields of the request, for suggestions.
    /// - Throws: all mistakes, including ``refusedWarnings``.
    package func read(
        _ options: JSONObject,
        names: [String: String] = [:],
        otherNames: [String] = []
    ) throws(InvalidOptionsError) -> ParsedWebhookOptions {
        guard JSON.object(options).bytes.count <= Self.maximumSize else {
            let message = "the options of a webhook take more than \(QuantitySyntax.sizeText(Self.maximumSize))"
            throw InvalidOptionsError(mistakes: [.init(message: message, pointer: "")])
        }
        let document = ConfigSourceDocument(path: "", urlCheck: urlCheck)
        let reading = read(options, of: "", in: document, names: names, otherNames: otherNames)
        let refused = document.mistakes { Self.refusedWarnings.contains($0.code) }
        switch reading {
        case .failure(let error): throw InvalidOptionsError(mistakes: refused + error.mistakes)
        case .success(let reading):
            guard refused.isEmpty else { throw InvalidOptionsError(mistakes: refused) }
            return reading
        }
    }

    /// Reads a stored webhook with its keys. An option that is no longer valid, such as a retry policy that was removed
    /// from the configuration, is replaced by its default, and a warning is added.
    /// - Returns: nil when the webhook has no valid URL.
    package func stored(_ webhook: SessionWebhook) -> ParsedWebhookOptions? {
        var options = webhook.options
        var dropped: [InvalidOptionsError.Mistake] = []
        while true {
            switch read(options, of: webhook.id, in: ConfigSourceDocument(path: "")) {
            case .success(var reading):
                reading.destination.secrets = webhook.secrets
                reading.warnings += dropped
                return reading
            case .failure(let error):
                let wrong = options.keys.filter { name in
                    let pointer = "/" + ConfigNode.escaped(name)
                    return error.mistakes.contains { $0.pointer == pointer || $0.pointer.hasPrefix(pointer + "/") }
                }
                guard !wrong.isEmpty, !wrong.contains("url") else { return nil }
                dropped += error.mistakes
                for name in wrong { options.removeValue(forKey: name) }
            }
        }
    }

    private func read(
        _ options: JSONObject,
        of webhook: String,
        in document: ConfigSourceDocument,
        names: [String: String] = [:],
        otherNames: [String] = []
    ) -> Result<ParsedWebhookOptions, InvalidOptionsError> {
        let entries = options.map { option, value in
            let name = names[option] ?? option
            let node = ConfigNode(
                value, label: name, pointer: "/" + ConfigNode.escaped(name), origin: document)
            return ConfigNode.Entry(key: option, value: node, keyLocation: node.location)
        }
        let root = ConfigNode(label: "", content: .map(entries), location: ConfigNodeLocation(), origin: document)
        do {
            let (destination, shown) = try reader.destination(
                root,
                name: webhook,
                of: kind,
                as: "a webhook",
                common: Common.fields.filter { $0.name != Common.type.name },
                otherFields: otherNames.map { AnyOptionField(OptionField<ConfigNode>.node($0, "")) },
                isManaged: true,
                at: root.location
            )
            let warnings = document.mistakes { $0.severity == .warning }
            return .success(ParsedWebhookOptions(destination: destination, shown: shown, warnings: warnings))
        } catch let error as ValueIssuesError {
            return .failure(InvalidOptionsError(mistakes: error.list.map(InvalidOptionsError.Mistake.init)))
        } catch {
            return .failure(InvalidOptionsError(mistakes: [.init(message: "\(error)", pointer: "")]))
        }
    }
}

extension ConfigSourceDocument {
    /// The matching mistakes without duplicates, because a value that is read twice is reported twice.
    fileprivate func mistakes(where isIncluded: (ValueIssue) -> Bool) -> [InvalidOptionsError.Mistake] {
        var seen: Set<InvalidOptionsError.Mistake> = []
        return issues.filter(isIncluded).map(InvalidOptionsError.Mistake.init).filter { seen.insert($0).inserted }
    }
}

/// The result of reading the options of a webhook.
package struct ParsedWebhookOptions: Sendable {
    package internal(set) var destination: RelayConfiguration.Destination
    /// The options with their defaults, without the URL, headers, body and keys.
    package let effective: JSONObject
    /// Options that are valid, but probably do not do what was intended.
    package internal(set) var warnings: [InvalidOptionsError.Mistake]

    fileprivate init(
        destination: RelayConfiguration.Destination,
        shown: JSONObject,
        warnings: [InvalidOptionsError.Mistake]
    ) {
        self.destination = destination
        self.warnings = warnings
        var effective = JSONObject()
        for field in CommonDestinationOptions.fields where !field.isSecret { effective[field.name] = shown[field.name] }
        effective["retry"] = .object(destination.settings.retry.shown)
        effective["timeout"] = .string(destination.timeout.written)
        self.effective = effective
    }
}

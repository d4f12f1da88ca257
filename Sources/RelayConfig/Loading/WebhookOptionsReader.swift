package import RelayCore
package import RelayJSON

/// Reads the options of webhooks that are managed over REST: those of a destination of one kind, by the fields that the
/// configuration is read with.
///
/// Nothing is resolved: `${…}` is text, and a caller of the API reads neither the environment nor a file.
package struct WebhookOptionsReader: Sendable {
    /// Bytes of a webhook's options as JSON.
    package static let maximumSize = 64 << 10

    private let kind: any DestinationOptions.Type
    private let reader: DestinationOptionsReader
    private let urlCheck: (@Sendable (String) -> String?)?

    private typealias Common = CommonDestinationOptions

    /// - Parameters:
    ///   - kind: the kind of destination that webhooks are.
    ///   - policies: the retry policies that a webhook may name; `default` holds where it names none.
    ///   - timeout: where a webhook sets none.
    ///   - urlCheck: what is wrong with an address that deliveries would go to; nil when nothing is.
    package init(
        kind: any DestinationOptions.Type,
        policies: [String: RetryPolicy],
        timeout: Duration,
        urlCheck: (@Sendable (String) -> String?)? = nil
    ) {
        self.kind = kind
        reader = DestinationOptionsReader(policies: RetryPolicies(resolved: policies), timeout: timeout)
        self.urlCheck = urlCheck
    }

    /// Reads options that somebody wants to set.
    /// - Parameters:
    ///   - options: all that the webhook is to have, `secret` or `secrets` included when keys are set. No value is null.
    ///   - names: what the request calls an option, where it has another name there: `["url": "webhook_url"]`.
    ///   - otherNames: what else the request may have, for suggestions.
    /// - Throws: every mistake. An event type that nothing makes is one: nobody would read a warning.
    package func read(
        _ options: JSONObject,
        names: [String: String] = [:],
        otherNames: [String] = []
    ) throws(InvalidOptionsError) -> WebhookReading {
        guard JSON.object(options).bytes.count <= Self.maximumSize else {
            let message = "the options of a webhook take more than \(QuantityFormat.sizeText(Self.maximumSize))"
            throw InvalidOptionsError(mistakes: [.init(message: message, pointer: "")])
        }
        let document = ConfigDocument(path: "", urlCheck: urlCheck)
        let reading = read(options, of: "", in: document, names: names, otherNames: otherNames)
        let unknownEvents = document.mistakes { $0.code == .unknownEvent }
        switch reading {
        case .failure(let error): throw InvalidOptionsError(mistakes: unknownEvents + error.mistakes)
        case .success(let reading):
            guard unknownEvents.isEmpty else { throw InvalidOptionsError(mistakes: unknownEvents) }
            return reading
        }
    }

    /// Reads a webhook that is stored, with its keys. An option that does not hold any more, such as a retry policy that
    /// the configuration dropped, has its default, and a warning says so.
    /// - Returns: nil when it has no URL that can be used.
    package func stored(_ webhook: Webhook) -> WebhookReading? {
        var options = webhook.options
        var dropped: [InvalidOptionsError.Mistake] = []
        while true {
            switch read(options, of: webhook.id, in: ConfigDocument(path: "")) {
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
        in document: ConfigDocument,
        names: [String: String] = [:],
        otherNames: [String] = []
    ) -> Result<WebhookReading, InvalidOptionsError> {
        let entries = options.map { option, value in
            let name = names[option] ?? option
            let node = ConfigNode(
                value, label: name, pointer: "/" + ConfigNode.escaped(name), origin: document)
            return ConfigNode.Entry(key: option, value: node, keyPlace: node.place)
        }
        let root = ConfigNode(label: "", content: .map(entries), place: NodeLocation(), origin: document)
        do {
            let (destination, shown) = try reader.destination(
                root,
                name: webhook,
                of: kind,
                as: "a webhook",
                common: Common.fields.filter { $0.name != Common.type.name },
                otherFields: otherNames.map { AnyField(Field<ConfigNode>.node($0, "")) },
                at: root.place
            )
            let warnings = document.mistakes { $0.severity == .warning }
            return .success(WebhookReading(destination: destination, shown: shown, warnings: warnings))
        } catch let error as ValueIssuesError {
            return .failure(InvalidOptionsError(mistakes: error.list.map(InvalidOptionsError.Mistake.init)))
        } catch {
            return .failure(InvalidOptionsError(mistakes: [.init(message: "\(error)", pointer: "")]))
        }
    }
}

extension ConfigDocument {
    /// What was found and fits, each once: a value that is read twice is reported twice.
    fileprivate func mistakes(where isIncluded: (ValueIssue) -> Bool) -> [InvalidOptionsError.Mistake] {
        var seen: Set<InvalidOptionsError.Mistake> = []
        return issues.filter(isIncluded).map(InvalidOptionsError.Mistake.init).filter { seen.insert($0).inserted }
    }
}

/// What the options of a webhook mean.
package struct WebhookReading: Sendable {
    package internal(set) var destination: RelayConfiguration.Destination
    /// The options with their defaults, without the URL, headers, body and keys.
    package let effective: JSONObject
    /// What can be used, and probably does not do what was meant.
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

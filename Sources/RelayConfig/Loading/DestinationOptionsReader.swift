internal import RelayCore
internal import RelayJSON

/// Reads the options of one destination from YAML or JSON: those of all kinds, and those of its own kind.
struct DestinationOptionsReader {
    let policies: NamedRetryPolicies
    /// The timeout of destinations that do not set one.
    let timeout: Duration

    typealias Common = CommonDestinationOptions

    /// - Parameters:
    ///   - node: the map of options.
    ///   - name: the name of the destination, or the id of the webhook.
    ///   - title: the owner of the options, as it appears in messages: `destination "crm"`.
    ///   - common: the options of all kinds that may be set.
    ///   - otherFields: options of the same map that are read elsewhere.
    ///   - isManaged: whether the options are of a webhook that is managed over REST.
    ///   - location: the position to report for a missing option.
    /// - Returns: the destination, and its options with their defaults and with secrets as `***`.
    /// - Throws: all mistakes in the options.
    func destination(
        _ node: ConfigNode,
        name: String,
        of kind: any DestinationOptions.Type,
        as title: String,
        common: [AnyOptionField] = Common.fields,
        otherFields: [AnyOptionField] = [],
        isManaged: Bool = false,
        at location: ConfigNodeLocation
    ) throws -> (destination: RelayConfiguration.Destination, shown: JSONObject) {
        var issues = ValueIssueCollector(node)
        let hidden = isManaged ? kind.configurationOnlyOptions : []
        let kindFields = kind.fields.filter { !hidden.contains($0.name) }
        let own = kindFields.filter { field in !common.contains { $0.name == field.name } }
        let commonOptions = issues.attempt {
            try OptionReader.read(node, as: title, fields: common, otherFields: own + otherFields, at: location)
        }
        // An option that both the kind and all kinds declare is read twice. Unknown options are reported above.
        let reading = issues.attempt { () -> (options: OptionReader, error: ValueIssuesError?) in
            try OptionReader.readValid(
                node,
                as: title,
                fields: kindFields,
                otherFields: common + unknown(in: node, besides: common + own),
                at: location
            )
        }
        let options = reading.flatMap { kindOptions(kind, from: $0, &issues) }
        let content = reading.map { kind.content(of: $0.options) } ?? .events
        var retry = policies.resolved["default"] ?? RetryPolicy()
        if let retryNode = node["retry"] {
            retry = issues.attempt { try policies.policy(retryNode, title: "retry") } ?? retry
        }
        if let secrets = node["secrets"], node["secret"] != nil {
            let message = "\(title) has both \"secret\" and \"secrets\""
            issues.add(secrets.issues(message, help: "keep one of them", code: .conflictingOptions))
        }
        if let batch = node["batch"], let obstacle = batchObstacle(kind, reading?.options, title: title) {
            issues.add(batch.issues(obstacle.message, help: obstacle.help))
        }
        if isManaged, content == .originals, let body = node["body"] {
            let message =
                "body: original is for destinations of the configuration, because a document may be of several sessions"
            issues.add(body.issues(message, help: "write one under destinations: in config.yaml"))
        }
        if let events = node["events"], content == .originals {
            issues.add(
                events.issues(
                    "\(title) gets every document of the gateways: \"events\" selects nothing of them",
                    help: "remove it", code: .conflictingOptions))
        }
        guard issues.list.isEmpty, let commonOptions, let options, let reading else {
            throw ValueIssuesError(list: issues.list)
        }
        let settings = try settings(commonOptions, retry: retry, content: content)
        warnOfBatch(node, settings)
        let secrets = try commonOptions(Common.secrets) ?? commonOptions(Common.secret).map { [$0] } ?? []
        let destination = RelayConfiguration.Destination(
            name: name,
            kind: kind.kind,
            options: options,
            settings: settings,
            secrets: secrets.map { WebhookSigningSecret(value: $0) },
            timeout: try commonOptions(Common.timeout) ?? timeout,
            mark: RelayConfiguration.SourceLocation(location, node.origin)
        )
        var shown = try commonOptions.shown
        for (key, value) in try reading.options.shown { shown[key] = value }
        return (destination, shown)
    }

    /// Adds the mistakes in the options of the kind, also those that involve several of them.
    private func kindOptions(
        _ kind: any DestinationOptions.Type, from reading: (options: OptionReader, error: ValueIssuesError?),
        _ issues: inout ValueIssueCollector
    ) -> (any DestinationOptions)? {
        if let error = reading.error { issues.add(error) }
        let conflicts = kind.conflicts(of: reading.options)
        for conflict in conflicts { issues.attempt { () throws in throw conflict } }
        guard reading.error == nil, conflicts.isEmpty else { return nil }
        return issues.attempt { try kind.init(reading.options) }
    }

    private func settings(
        _ options: OptionReader, retry: RetryPolicy, content: DestinationDispatchSettings.Content
    ) throws -> DestinationDispatchSettings {
        DestinationDispatchSettings(
            ordering: try options(Common.ordering),
            maxInFlight: try options(Common.maxInFlight),
            rateLimit: try options(Common.rateLimit),
            retry: retry,
            events: try options(Common.events),
            keep: try options(Common.criteria),
            batch: try options(Common.batch),
            content: content
        )
    }

    /// The reason why the destination cannot have `batch`; nil when it can.
    private func batchObstacle(
        _ kind: any DestinationOptions.Type, _ options: OptionReader?, title: String
    ) -> (message: String, help: String)? {
        guard kind.takesBatches else {
            let message = "\(title) cannot have \"batch\": type \(kind.kind) takes one delivery at a time"
            return (message, "remove it")
        }
        return options.flatMap(kind.batchObstacle).map { obstacle in
            ("\(title) cannot have \"batch\": \(obstacle)", "keep one of them")
        }
    }

    private func warnOfBatch(_ node: ConfigNode, _ settings: DestinationDispatchSettings) {
        guard settings.batch != nil, settings.retry.maxAttempts < 2 else { return }
        node["batch"]?.warn(
            "with max_attempts 1 one event that is refused makes a dead letter of its whole batch",
            help: "let the retry policy have two attempts or more: the events of a batch are then sent one by one"
        )
    }

    /// The options that no field declares, as fields that accept any value.
    private func unknown(in node: ConfigNode, besides known: [AnyOptionField]) throws -> [AnyOptionField] {
        let known = Set(known.map(\.name))
        return try node.entries.filter { !known.contains($0.key) }.map { AnyOptionField(OptionField.node($0.key, "")) }
    }
}

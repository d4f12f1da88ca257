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
        at location: ConfigNodeLocation
    ) throws -> (destination: RelayConfiguration.Destination, shown: JSONObject) {
        var issues = ValueIssueCollector(node)
        let own = kind.fields.filter { field in !common.contains { $0.name == field.name } }
        let commonOptions = issues.attempt {
            try OptionReader.read(node, as: title, fields: common, otherFields: own + otherFields, at: location)
        }
        var kindOptions: OptionReader?
        let options = issues.attempt { () -> any DestinationOptions in
            // An option that both the kind and all kinds declare is read twice. Unknown options are reported above.
            let read = try OptionReader.read(
                node,
                as: title,
                fields: kind.fields,
                otherFields: common + unknown(in: node, besides: common + own),
                at: location
            )
            kindOptions = read
            return try kind.init(read)
        }
        var retry = policies.resolved["default"] ?? RetryPolicy()
        if let retryNode = node["retry"] {
            retry = issues.attempt { try policies.policy(retryNode, title: "retry") } ?? retry
        }
        if let secrets = node["secrets"], node["secret"] != nil {
            let message = "\(title) has both \"secret\" and \"secrets\""
            issues.add(secrets.issues(message, help: "keep one of them", code: .conflictingOptions))
        }
        if let batch = node["batch"], let obstacle = batchObstacle(kind, options, title: title) {
            issues.add(batch.issues(obstacle.message, help: obstacle.help))
        }
        if let events = node["events"], options?.content == .originals {
            issues.add(
                events.issues(
                    "\(title) gets every document of the gateways: \"events\" selects nothing of them",
                    help: "remove it", code: .conflictingOptions))
        }
        guard issues.list.isEmpty, let commonOptions, let options, let kindOptions else {
            throw ValueIssuesError(list: issues.list)
        }
        let settings = try settings(commonOptions, retry: retry, content: options.content)
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
        for (key, value) in try kindOptions.shown { shown[key] = value }
        return (destination, shown)
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
        _ kind: any DestinationOptions.Type, _ options: (any DestinationOptions)?, title: String
    ) -> (message: String, help: String)? {
        guard kind.takesBatches else {
            let message = "\(title) cannot have \"batch\": type \(kind.kind) takes one delivery at a time"
            return (message, "remove it")
        }
        return options?.batchObstacle.map { obstacle in
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

internal import RelayCore
internal import RelayJSON

/// Reads one destination: what all have in common, and what its kind adds.
struct DestinationBuilder {
    let registry: ConfigurationRegistry
    let policies: RetryPolicies
    /// Where a destination sets none.
    let timeout: Duration

    init(registry: ConfigurationRegistry, policies: [String: RetryPolicy], timeout: Duration) {
        self.registry = registry
        self.policies = RetryPolicies(resolved: policies)
        self.timeout = timeout
    }

    typealias Common = CommonDestinationOptions

    /// - Throws: everything that is wrong in it.
    func destination(
        _ entry: ConfigNode.Entry
    ) throws -> (destination: RelayConfiguration.Destination, shown: JSON) {
        let node = entry.value
        let title = "destination \"\(entry.key)\""
        var issues = IssueCollector(node)
        guard node.isMap, let typeNode = node["type"] else {
            let kinds = QuantityFormat.choice(registry.destinations.map { $0.kind })
            throw node.issues(
                "\(title) needs \"type\"", help: "add type: \(kinds)", at: entry.keyPlace, code: .missingOption)
        }
        let name = try typeNode.choose(among: registry.destinations.map { $0.kind }, what: "destination type")
        guard let kind = registry.destination(name) else {
            throw typeNode.issues("there is no destination type \(name)")
        }

        let own = kind.fields.filter { field in !Common.fields.contains { $0.name == field.name } }
        let common = issues.attempt {
            try OptionReader.read(node, as: title, fields: Common.fields, otherFields: own, at: entry.keyPlace)
        }
        var kindOptions: OptionReader?
        let specific = issues.attempt { () -> any DestinationOptions in
            // An option of the kind that all have is read twice; unknown ones are told above.
            let read = try OptionReader.read(
                node,
                as: title,
                fields: kind.fields,
                otherFields: Common.fields + unknown(in: node, besides: own),
                at: entry.keyPlace
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
        if let batch = node["batch"], !kind.takesBatches {
            let message = "\(title) cannot have \"batch\": type \(name) takes one delivery at a time"
            issues.add(batch.issues(message, help: "remove it"))
        } else if let batch = node["batch"], let obstacle = specific?.batchObstacle {
            let message = "\(title) cannot have \"batch\": \(obstacle) makes a text of a single event"
            issues.add(batch.issues(message, help: "keep one of them"))
        }
        guard issues.list.isEmpty, let common, let specific, let kindOptions else {
            throw ValueIssuesError(list: issues.list)
        }

        let settings = DestinationSettings(
            ordering: try common(Common.ordering),
            maxInFlight: try common(Common.maxInFlight),
            rateLimit: try common(Common.rateLimit),
            retry: retry,
            events: try common(Common.events),
            batch: try common(Common.batch),
            takesDocuments: kind.takesDocuments
        )
        if settings.batch != nil, retry.maxAttempts < 2 {
            node["batch"]?.warn(
                "with max_attempts 1 one event that is refused makes a dead letter of its whole batch",
                help: "let the retry policy have two attempts or more: the events of a batch are then sent one by one"
            )
        }
        let secrets = try common(Common.secrets) ?? common(Common.secret).map { [$0] } ?? []
        let destination = RelayConfiguration.Destination(
            name: entry.key,
            kind: name,
            options: specific,
            settings: settings,
            secrets: secrets,
            timeout: try common(Common.timeout) ?? timeout,
            mark: RelayConfiguration.SourceLocation(entry.keyPlace, node.origin)
        )
        var shown = try common.shown
        for (key, value) in try kindOptions.shown { shown[key] = value }
        return (destination, .object(shown))
    }

    /// Options that nobody has, as fields that accept them.
    private func unknown(in node: ConfigNode, besides own: [AnyField]) throws -> [AnyField] {
        let known = Set((Common.fields + own).map(\.name))
        return try node.entries.filter { !known.contains($0.key) }.map { AnyField(Field.node($0.key, "")) }
    }
}

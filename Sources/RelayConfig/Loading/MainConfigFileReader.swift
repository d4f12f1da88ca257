internal import RelayCore
internal import RelayJQ
internal import RelayJSON

/// Reads `config.yaml`.
struct MainConfigFileReader {
    private typealias Configuration = RelayConfiguration

    let root: ConfigNode
    let directory: String
    let registry: ConfigurationKindRegistry
    let defaults: DeliveryEnvironmentDefaults
    /// The names of retry policies that are defined elsewhere.
    var policiesElsewhere: Set<String> = []

    struct Result {
        var server: RelayConfiguration.Server
        var store: RelayConfiguration.Store
        var media: RelayConfiguration.Media
        var sources: [RelayConfiguration.Source]
        var destinations: [RelayConfiguration.Destination]
        var retryPolicies: [String: RetryPolicy]
        var egress: RelayConfiguration.Egress
        var logging: RelayConfiguration.Logging
        var delivery: RelayConfiguration.Delivery
        var expressions: JQBudget
        var shown: JSONObject
    }

    /// The entries of a top-level section, as pipelines and warnings use them.
    func entries(_ section: String) -> [ConfigNode.Entry] {
        (try? root[section]?.entries) ?? []
    }

    func names(_ section: String) -> [String] { entries(section).map(\.key) }

    /// - Returns: the configuration; nil when it has mistakes, which are reported.
    func read() -> Result? {
        _ = ValueIssuesError.attempt(at: root) {
            try OptionReader.read(root, as: "the configuration", fields: registry.configurationFields)
        }
        var shown: JSONObject = ["version": 1]
        let server = section("server", Configuration.Server.fields, &shown) { try Configuration.Server($0) }
        let store = section("store", Configuration.Store.fields, &shown) {
            try Configuration.Store($0, directory: directory)
        }
        let media = section("media", Configuration.Media.fields, &shown) {
            try Configuration.Media($0, directory: directory)
        }
        warnOfOwnMediaFiles(store, media)
        let egressFields = Configuration.Egress.fields(registry.egressCheck)
        let egress = section("egress", egressFields, &shown) { try Configuration.Egress($0) }
        let logging = section("logging", Configuration.Logging.fields, &shown) { try Configuration.Logging($0) }
        let delivery = section("delivery", Configuration.Delivery.fields, &shown) { try Configuration.Delivery($0) }
        let expressions = section("expressions", JQBudget.fields, &shown) { try JQBudget($0) }
        let policies = retryPolicies(&shown)
        let sources = sources(&shown)
        let destinations = destinations(policies, &shown)
        guard let server, let store, let media, let egress, let logging, let delivery, let expressions,
            !root.origin.hasErrors
        else { return nil }
        return Result(
            server: server,
            store: store,
            media: media,
            sources: sources,
            destinations: destinations,
            retryPolicies: policies,
            egress: egress,
            logging: logging,
            delivery: delivery,
            expressions: expressions,
            shown: shown
        )
    }

    private func section<Value>(
        _ name: String,
        _ fields: [AnyOptionField],
        _ shown: inout JSONObject,
        _ make: (OptionReader) throws -> Value
    ) -> Value? {
        let node = root[name] ?? root.emptied()
        return ValueIssuesError.attempt(at: node) {
            let options = try OptionReader.read(node, as: name, fields: fields)
            let value = try make(options)
            shown[name] = .object(try options.shown)
            return value
        }
    }

    /// Reads the named entries of a section one by one and reports their mistakes.
    private func named<Value>(
        _ section: String,
        _ shown: inout JSONObject,
        nameProblem: (String) -> String?,
        _ make: (ConfigNode.Entry) throws -> (Value, JSON)
    ) -> [Value] {
        var object = JSONObject()
        var values: [Value] = []
        if let node = root[section] {
            if !node.isMap, !node.isEmpty { node.mismatch("a map of names to options").report() }
            for entry in entries(section) {
                if let problem = nameProblem(entry.key) {
                    let what = section == "retry_policies" ? "retry policy" : String(section.dropLast())
                    let message = "the \(what) name \"\(entry.key)\" \(problem)"
                    node.issues(message, at: entry.keyLocation, code: .invalidName).report()
                }
                if let (value, json) = ValueIssuesError.attempt(at: entry.value, { try make(entry) }) {
                    values.append(value)
                    object[entry.key] = json
                }
            }
        }
        shown[section] = .object(object)
        return values
    }

    private func sources(_ shown: inout JSONObject) -> [RelayConfiguration.Source] {
        let builder = SourceSectionReader(registry: registry)
        let sources = named("sources", &shown, nameProblem: ConfigurationNameSyntax.problem) { try builder.source($0) }
        var users: Set<String> = []
        for source in sources {
            guard let used = source.transport.exclusiveUse, !users.insert(used).inserted,
                let entry = entries("sources").first(where: { $0.key == source.name })
            else { continue }
            root.issues(
                "two sources read \(used)", help: "keep one of them", at: entry.keyLocation, code: .conflictingOptions
            ).report()
        }
        warnOfOpenSources(sources)
        return sources
    }

    private func destinations(
        _ policies: [String: RetryPolicy],
        _ shown: inout JSONObject
    ) -> [RelayConfiguration.Destination] {
        // A policy with mistakes still counts as defined, so that references to it are not reported.
        var known = policies
        for name in names("retry_policies") + policiesElsewhere where known[name] == nil {
            known[name] = defaults.policy
        }
        let builder = DestinationSectionReader(registry: registry, policies: known, timeout: defaults.timeout)
        let destinations = named("destinations", &shown, nameProblem: ConfigurationNameSyntax.destinationProblem) {
            try builder.destination($0)
        }
        checkOutputFiles(of: destinations)
        checkReferences(of: destinations)
        return destinations
    }

    // MARK: retry policies

    private func retryPolicies(_ shown: inout JSONObject) -> [String: RetryPolicy] {
        let written = named("retry_policies", &shown, nameProblem: ConfigurationNameSyntax.problem) { entry in
            let options = try RetryPolicyOptions(entry.value, title: "retry policy \"\(entry.key)\"")
            return ((entry.key, options), .object(try options.options.shown))
        }
        var resolver = RetryPolicyInheritanceResolver(
            written: Dictionary(written, uniquingKeysWith: { first, _ in first }),
            names: policiesElsewhere.union(names("retry_policies")).union(["default"]),
            base: defaults.policy
        )
        for entry in entries("retry_policies") {
            if let extends = entry.value["extends"], let parent = try? extends.text, !resolver.names.contains(parent) {
                let help = SpellingSuggestion.help(for: parent, among: resolver.names.sorted())
                let message = "there is no retry policy \(extends.shown)"
                extends.issues(message, help: help, code: .unknownRetryPolicy).report()
            }
            _ = ValueIssuesError.attempt(at: entry.value) { try resolver.resolve(entry.key, from: entry.value) }
        }
        if resolver.resolved["default"] == nil { resolver.resolved["default"] = defaults.policy }
        return resolver.resolved
    }
}

/// Resolves `extends` between named policies.
private struct RetryPolicyInheritanceResolver {
    let written: [String: RetryPolicyOptions]
    let names: Set<String>
    /// The base of the policy `default`.
    let base: RetryPolicy
    var resolved: [String: RetryPolicy] = [:]
    private var path: [String] = []
    /// The policies of a cycle that is already reported.
    private var circular: Set<String> = []

    init(written: [String: RetryPolicyOptions], names: Set<String>, base: RetryPolicy) {
        self.written = written
        self.names = names
        self.base = base
    }

    /// - Returns: nil for a policy that could not be read or that extends an unknown policy, which is reported
    ///   elsewhere.
    /// - Throws: an error when the policies extend each other in a cycle.
    @discardableResult
    mutating func resolve(_ name: String, from node: ConfigNode) throws -> RetryPolicy? {
        if let policy = resolved[name] { return policy }
        guard let options = written[name] else { return name == "default" && !names.contains(name) ? base : nil }
        guard !circular.contains(name) else { return nil }
        if path.contains(name) {
            circular.formUnion(path)
            let circle = (path.drop { $0 != name } + [name]).map { "\"\($0)\"" }.joined(separator: " → ")
            throw node.issues(
                "retry policies extend each other in a circle: \(circle)", help: "remove one extends", code: .circle)
        }
        path.append(name)
        defer { _ = path.popLast() }
        let parent = options.parent ?? "default"
        var start = base
        if name != "default" || options.parent != nil {
            guard names.contains(parent) else { return nil }
            let location = options.options.node("extends") ?? node
            start =
                parent == "default" && written["default"] == nil ? base : try resolve(parent, from: location) ?? base
        }
        let policy = try options.policy(on: start)
        resolved[name] = policy
        return policy
    }
}

internal import RelayCore
internal import RelayJSON

/// Reads one destination of the configuration, of the kind that its `type` names.
struct DestinationSectionReader {
    let registry: ConfigurationKindRegistry
    private let options: DestinationOptionsReader

    /// - Parameter timeout: the timeout of destinations that do not set one.
    init(registry: ConfigurationKindRegistry, policies: [String: RetryPolicy], timeout: Duration) {
        self.registry = registry
        options = DestinationOptionsReader(policies: NamedRetryPolicies(resolved: policies), timeout: timeout)
    }

    /// - Throws: all mistakes in the destination.
    func destination(
        _ entry: ConfigNode.Entry
    ) throws -> (destination: RelayConfiguration.Destination, shown: JSON) {
        let node = entry.value
        let title = "destination \"\(entry.key)\""
        guard node.isMap, let typeNode = node["type"] else {
            let kinds = QuantitySyntax.choice(registry.destinations.map { $0.kind })
            throw node.issues(
                "\(title) needs \"type\"", help: "add type: \(kinds)", at: entry.keyLocation, code: .missingOption)
        }
        let name = try typeNode.choose(among: registry.destinations.map { $0.kind }, what: "destination type")
        guard let kind = registry.destination(name) else {
            throw typeNode.issues("there is no destination type \(name)")
        }
        let (destination, shown) = try options.destination(
            node, name: entry.key, of: kind, as: title, at: entry.keyLocation)
        return (destination, .object(shown))
    }
}

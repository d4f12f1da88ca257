internal import RelayCore

/// The named retry policies, for lookups.
struct NamedRetryPolicies: Sendable {
    var resolved: [String: RetryPolicy]

    /// Returns the policy that a node names, or the policy whose options it contains.
    func policy(_ node: ConfigNode, title: String) throws -> RetryPolicy {
        guard node.isMap else {
            let name = try node.text(expected: "a retry policy's name, or a map of its options")
            guard let policy = resolved[name] else { throw unknown(name, at: node) }
            return policy
        }
        var issues = ValueIssueCollector(node)
        let base = issues.attempt { try parent(of: node) }
        let options = issues.attempt { try RetryPolicyOptions(node, title: title) }
        let policy = issues.attempt { try base.flatMap { base in try options?.policy(on: base) } }
        return try issues.finish(policy ?? nil)
    }

    private func parent(of node: ConfigNode) throws -> RetryPolicy {
        let extends = node["extends"]
        let name = try extends?.text ?? "default"
        guard let policy = resolved[name] else { throw unknown(name, at: extends ?? node) }
        return policy
    }

    private func unknown(_ name: String, at node: ConfigNode) -> ValueIssuesError {
        let help = SpellingSuggestion.help(for: name, among: resolved.keys.sorted())
        return node.issues("there is no retry policy \(node.shown)", help: help, code: .unknownRetryPolicy)
    }
}

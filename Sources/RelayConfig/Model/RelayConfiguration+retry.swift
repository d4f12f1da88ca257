package import RelayCore
package import RelayJSON

extension RelayConfiguration {
    /// The retry policy of a webhook that is managed over REST.
    /// - Parameter json: nil or null for `default`, a policy's name, or an object of the options that YAML has.
    /// - Throws: the first mistake, with its place in the JSON. Nothing in it is resolved from the environment.
    package func retryPolicy(from json: JSON?) throws(InvalidOptionError) -> RetryPolicy {
        let fallback = retryPolicies["default"] ?? RetryPolicy()
        guard let json, !json.isNull else { return fallback }
        let node = ConfigNode(json, label: "retry", origin: ConfigDocument(path: ""))
        do {
            return try RetryPolicies(resolved: retryPolicies).policy(node, title: "retry")
        } catch let issues as ValueIssuesError {
            let issue = issues.list[0]
            throw InvalidOptionError(
                message: issue.message + (issue.help.map { "; \($0)" } ?? ""),
                pointer: issue.place.pointer
            )
        } catch {
            throw InvalidOptionError(message: "\(error)", pointer: "")
        }
    }
}

/// The named policies, for whoever refers to one.
struct RetryPolicies: Sendable {
    var resolved: [String: RetryPolicy]

    /// A policy by its name, or one of its own.
    func policy(_ node: ConfigNode, title: String) throws -> RetryPolicy {
        guard node.isMap else {
            let name = try node.text(expected: "a retry policy's name, or a map of its options")
            guard let policy = resolved[name] else { throw unknown(name, at: node) }
            return policy
        }
        var issues = IssueCollector(node)
        let base = issues.attempt { try parent(of: node) }
        let options = issues.attempt { try RetryOptions(node, title: title) }
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
        let help = Suggestion.help(for: name, among: resolved.keys.sorted())
        return node.issues("there is no retry policy \(node.shown)", help: help, code: .unknownRetryPolicy)
    }
}

package import RelayCore

/// What a node tells the others of itself.
package struct NodeIdentity: Sendable {
    package let name: String
    /// Where its own API is reached; nil: not configured.
    package let url: String?
    package let startedAt: Timestamp
    /// The hash of the configuration in force.
    package let configuration: @Sendable () -> String

    package init(
        name: String, url: String? = nil, startedAt: Timestamp, configuration: @escaping @Sendable () -> String
    ) {
        self.name = name
        self.url = url
        self.startedAt = startedAt
        self.configuration = configuration
    }
}

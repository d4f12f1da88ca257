package import RelayCore
internal import RelayCrypto
package import RelayJSON

/// The active configuration, and why a newer one is not active.
package struct ConfigurationStatus: Sendable {
    /// A newer configuration that could not be used.
    package struct Failure: Sendable {
        package var at: Timestamp
        /// All errors, each with its position.
        package var mistakes: [String]

        package init(at: Timestamp, mistakes: [String]) {
            self.at = at
            self.mistakes = mistakes
        }
    }

    /// The generation of the configuration.
    package var generation: ConfigurationGenerationID
    package var loadedAt: Timestamp
    /// Nil when the configuration that was read last is active.
    package var failure: Failure?
    /// The configuration with its defaults; secrets are `***`.
    package var configuration: JSON

    package init(generation: ConfigurationGenerationID, loadedAt: Timestamp, failure: Failure?, configuration: JSON) {
        self.generation = generation
        self.loadedAt = loadedAt
        self.failure = failure
        self.configuration = configuration
    }

    /// A hash that identifies a configuration, computed from the displayed form: two relays with the same hash have the
    /// same configuration except for secrets.
    package static func hash(of configuration: JSON) -> String {
        let digest = SHA256.digest(of: configuration.bytes)
        return Hex.encode(digest.prefix(8))
    }
}

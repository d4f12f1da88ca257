internal import Crypto
package import RelayCore
package import RelayJSON

/// The configuration at work, and why a newer one is not.
package struct ConfigurationStatus: Sendable {
    /// A configuration that was read since and could not be used.
    package struct Failure: Sendable {
        package var at: Timestamp
        /// Every mistake, with its place.
        package var mistakes: [String]

        package init(at: Timestamp, mistakes: [String]) {
            self.at = at
            self.mistakes = mistakes
        }
    }

    /// Which it is.
    package var generation: GenerationIdentifier
    package var loadedAt: Timestamp
    /// Nil when the last one that was read is at work.
    package var failure: Failure?
    /// With its defaults; secrets as `***`.
    package var configuration: JSON

    package init(generation: GenerationIdentifier, loadedAt: Timestamp, failure: Failure?, configuration: JSON) {
        self.generation = generation
        self.loadedAt = loadedAt
        self.failure = failure
        self.configuration = configuration
    }

    /// What tells configurations apart. It is made of what is shown: two relays with the same hash are configured
    /// alike, but for secrets.
    package static func hash(of configuration: JSON) -> String {
        let digest = SHA256.hash(data: configuration.bytes)
        return Hex.encode(digest.prefix(8))
    }
}

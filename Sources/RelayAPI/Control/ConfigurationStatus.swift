internal import Crypto
public import RelayCore
public import RelayJSON

/// The configuration at work, and why a newer one is not.
public struct ConfigurationStatus: Sendable {
    /// A configuration that was read since and could not be used.
    public struct Failure: Sendable {
        public var at: Timestamp
        /// Every mistake, with its place.
        public var mistakes: [String]

        public init(at: Timestamp, mistakes: [String]) {
            self.at = at
            self.mistakes = mistakes
        }
    }

    /// Which it is.
    public var generation: GenerationMark
    public var loadedAt: Timestamp
    /// Nil when the last one that was read is at work.
    public var failure: Failure?
    /// With its defaults; secrets as `***`.
    public var configuration: JSON

    public init(generation: GenerationMark, loadedAt: Timestamp, failure: Failure?, configuration: JSON) {
        self.generation = generation
        self.loadedAt = loadedAt
        self.failure = failure
        self.configuration = configuration
    }

    /// What tells configurations apart. It is made of what is shown: two relays with the same hash are configured
    /// alike, but for secrets.
    public static func hash(of configuration: JSON) -> String {
        let digest = SHA256.hash(data: configuration.bytes)
        return Hex.encode(digest.prefix(8))
    }
}

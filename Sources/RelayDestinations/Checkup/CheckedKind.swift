public import RelayConfig
public import RelayCore
public import RelayHTTPClient

/// A kind of destination that can look at the place where it sends, for `zaphub doctor`.
public protocol CheckedKind: DestinationKind {
    /// Looks at it without sending anything of an event, and mends it where it may.
    /// - Parameter common: what destinations of every kind have.
    func checkup(_ common: RelayConfiguration.Destination, in environment: CheckupEnvironment) async -> [Finding]
}

/// What a checkup looks with.
public struct CheckupEnvironment: Sendable {
    public let configuration: RelayConfiguration
    /// The engine behind the configuration's own egress guard: what it does not reach, no delivery does.
    public let sender: any HTTPSender
    public let repairs: Repairs

    public init(_ configuration: RelayConfiguration, sender: any HTTPSender, repairs: Repairs = []) {
        self.configuration = configuration
        self.sender = sender
        self.repairs = repairs
    }

    /// What may be changed outside.
    public struct Repairs: OptionSet, Sendable {
        public let rawValue: Int

        public init(rawValue: Int) { self.rawValue = rawValue }

        /// Something that is missing is made.
        public static let missing = Repairs(rawValue: 1)
        /// Something that is there and wrong is set right.
        public static let settings = Repairs(rawValue: 2)
    }
}

extension RelayConfiguration.Destination {
    /// What there is to say about the place where it sends; empty for a kind that cannot look.
    public func checkup(in environment: CheckupEnvironment) async -> [Finding] {
        await (options as? any CheckedKind)?.checkup(self, in: environment) ?? []
    }
}

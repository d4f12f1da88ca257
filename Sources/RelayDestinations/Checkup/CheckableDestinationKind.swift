package import RelayConfig
package import RelayCore
package import RelayHTTPClient

/// A kind of destination that can look at the place where it sends, for `zaphub doctor`.
package protocol CheckableDestinationKind: DestinationKind {
    /// Looks at it without sending anything of an event, and mends it where it may.
    /// - Parameter common: what destinations of every kind have.
    func checkup(_ common: RelayConfiguration.Destination, in environment: CheckupEnvironment) async -> [CheckupFinding]
}

/// What a checkup looks with.
package struct CheckupEnvironment: Sendable {
    package let configuration: RelayConfiguration
    /// The engine behind the configuration's own egress guard: what it does not reach, no delivery does.
    package let sender: any HTTPSender
    package let repairs: Repairs

    package init(_ configuration: RelayConfiguration, sender: any HTTPSender, repairs: Repairs = []) {
        self.configuration = configuration
        self.sender = sender
        self.repairs = repairs
    }

    /// What may be changed outside.
    package struct Repairs: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Something that is missing is made.
        package static let missing = Repairs(rawValue: 1)
        /// Something that is there and wrong is set right.
        package static let settings = Repairs(rawValue: 2)
    }
}

extension RelayConfiguration.Destination {
    /// What there is to say about the place where it sends; empty for a kind that cannot look.
    package func checkup(in environment: CheckupEnvironment) async -> [CheckupFinding] {
        await (options as? any CheckableDestinationKind)?.checkup(self, in: environment) ?? []
    }
}

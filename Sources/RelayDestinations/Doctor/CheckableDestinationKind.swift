package import RelayConfig
package import RelayCore
package import RelayHTTPClient

/// A destination kind that can check its receiver, for `zaphub doctor`.
package protocol CheckableDestinationKind: DestinationKind {
    /// Looks at it without sending anything of an event, and mends it where it may.
    /// - Parameter common: what destinations of every kind have.
    func doctorCheck(_ common: RelayConfiguration.Destination, in environment: DoctorCheckEnvironment) async
        -> [DoctorFinding]
}

/// What a check for `zaphub doctor` uses.
package struct DoctorCheckEnvironment: Sendable {
    package let configuration: RelayConfiguration
    /// The HTTP engine with the configuration's own egress guard, so that a check can reach exactly what deliveries
    /// can.
    package let sender: any HTTPClient
    package let repairs: Repairs

    package init(_ configuration: RelayConfiguration, sender: any HTTPClient, repairs: Repairs = []) {
        self.configuration = configuration
        self.sender = sender
        self.repairs = repairs
    }

    /// What a check may change on the receiver.
    package struct Repairs: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) { self.rawValue = rawValue }

        /// Create what is missing.
        package static let missing = Repairs(rawValue: 1)
        /// Correct existing settings that are wrong.
        package static let settings = Repairs(rawValue: 2)
    }
}

extension RelayConfiguration.Destination {
    /// Checks the receiver, and returns what was found; empty for a kind that has no check.
    package func doctorCheck(in environment: DoctorCheckEnvironment) async -> [DoctorFinding] {
        await (options as? any CheckableDestinationKind)?.doctorCheck(self, in: environment) ?? []
    }
}

package import RelayConfig
package import RelayCore
package import RelayHTTPClient

/// A destination kind that can check its receiver, for `zaphub doctor`.
package protocol CheckableDestinationKind: DestinationKind {
    /// Checks the receiver without sending an event, and repairs its settings where permitted.
    /// - Parameter common: the options that every kind has.
    func checkup(_ common: RelayConfiguration.Destination, in environment: CheckupEnvironment) async -> [CheckupFinding]
}

/// Everything that a checkup needs besides the options.
package struct CheckupEnvironment: Sendable {
    package let configuration: RelayConfiguration
    /// The HTTP engine with the configuration's own egress guard, so that a checkup can reach exactly what deliveries
    /// can.
    package let sender: any HTTPSender
    package let repairs: Repairs

    package init(_ configuration: RelayConfiguration, sender: any HTTPSender, repairs: Repairs = []) {
        self.configuration = configuration
        self.sender = sender
        self.repairs = repairs
    }

    /// What a checkup may change on the receiver.
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
    /// The findings about the receiver; empty for a kind that has no checkup.
    package func checkup(in environment: CheckupEnvironment) async -> [CheckupFinding] {
        await (options as? any CheckableDestinationKind)?.checkup(self, in: environment) ?? []
    }
}

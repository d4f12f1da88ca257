package import RelayConfig
package import RelayCore

/// `type: stdout`: has no options of its own. `timeout` is for one line.
package struct StdoutDestinationOptions: DestinationKind {
    package static let kind = "stdout"
    package static let summary = "Writes each event as a line of JSON to standard output."
    package static let fields: [AnyOptionField] = []
    package static let usesStandardOutput = true

    package init(_ options: OptionReader) throws {}

    package func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination {
        LineOutputDestination(
            environment.sinks.standardOutput,
            target: "standard output",
            timeout: common.timeout,
            settings: common.settings,
            clock: environment.clock
        )
    }
}

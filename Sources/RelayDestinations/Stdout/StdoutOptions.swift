public import RelayConfig
public import RelayCore

/// `type: stdout`: no options of its own. `timeout` is for one line.
public struct StdoutOptions: DestinationKind {
    public static let kind = "stdout"
    public static let summary = "Writes each event as a line of JSON to standard output."
    public static let fields: [AnyField] = []

    public init(_ options: Options) throws {}

    public func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any Destination {
        LineDestination(
            environment.sinks.standardOutput,
            target: "standard output",
            timeout: common.timeout,
            settings: common.settings,
            clock: environment.clock
        )
    }
}

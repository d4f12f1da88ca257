public import RelayConfig
public import RelayCore
public import RelayHTTPClient

/// A kind of destination: its options, and how they become one.
///
/// A new kind is a folder with a type of options, a destination, and a line in ``BuiltInDestinations``.
public protocol DestinationKind: DestinationOptions {
    /// Every address that it sends to, for the egress guard to judge when the configuration loads. Default none.
    var addresses: [String] { get }

    /// The destination itself. Nothing is opened or sent before its first delivery.
    /// - Parameter common: what destinations of every kind have: name, settings, secrets, time-out.
    func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any Destination
}

extension DestinationKind {
    public var addresses: [String] { [] }
}

/// What destinations are built from, besides their options.
public struct DestinationEnvironment: Sendable {
    public let configuration: RelayConfiguration
    /// When the configuration was loaded: since then its secrets sign.
    public let loadedAt: Timestamp
    /// What sends requests: the engine, or a script in `zaphub test`.
    public let sender: any HTTPSender
    /// What takes lines: the process's files and standard output, or a script in `zaphub test`.
    public let sinks: any LineSinks
    public let clock: any RelayClock

    public init(
        _ configuration: RelayConfiguration,
        loadedAt: Timestamp,
        sender: any HTTPSender,
        sinks: any LineSinks,
        clock: any RelayClock
    ) {
        self.configuration = configuration
        self.loadedAt = loadedAt
        self.sender = sender
        self.sinks = sinks
        self.clock = clock
    }
}

extension RelayConfiguration.Destination {
    /// Every address that it sends to.
    public var addresses: [String] { (options as? any DestinationKind)?.addresses ?? [] }

    /// The destination that is configured; nil for a kind that this build knows the options of and nothing more.
    public func destination(in environment: DestinationEnvironment) -> (any Destination)? {
        (options as? any DestinationKind)?.destination(self, in: environment)
    }
}

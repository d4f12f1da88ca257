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
    /// What was forwarded into conversations elsewhere, under which ids.
    public let ledger: any ForwardingLedger
    /// The relay's copies of files; nil where it keeps none.
    public let depot: (any MediaDepot)?
    /// What brings files into the depot; nil: nothing does.
    public let fetcher: (any MediaFetcher)?
    public let clock: any RelayClock

    public init(
        _ configuration: RelayConfiguration,
        loadedAt: Timestamp,
        sender: any HTTPSender,
        sinks: any LineSinks,
        ledger: any ForwardingLedger,
        depot: (any MediaDepot)? = nil,
        fetcher: (any MediaFetcher)? = nil,
        clock: any RelayClock
    ) {
        self.configuration = configuration
        self.loadedAt = loadedAt
        self.sender = sender
        self.sinks = sinks
        self.ledger = ledger
        self.depot = depot
        self.fetcher = fetcher
        self.clock = clock
    }
}

/// A kind whose people write messages that another destination sends: they learn what came of it.
public protocol ConversationKind: DestinationKind {
    func reporter(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any SendReporter
}

extension DestinationEnvironment {
    /// Tells the people of a destination what came of their messages; nil when it is of no kind that has any.
    func reporter(of name: String) -> (any SendReporter)? {
        guard let destination = configuration.destinations.first(where: { $0.name == name }) else { return nil }
        return (destination.options as? any ConversationKind)?.reporter(destination, in: self)
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

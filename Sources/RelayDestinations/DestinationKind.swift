package import RelayConfig
package import RelayCore
package import RelayHTTPClient

/// A kind of destination: its options, and how they become one.
///
/// A new kind is a folder with a type of options, a destination, and a line in ``BuiltInDestinations``.
package protocol DestinationKind: DestinationOptions {
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
    package var addresses: [String] { [] }
}

/// What destinations are built from, besides their options.
package struct DestinationEnvironment: Sendable {
    package let configuration: RelayConfiguration
    /// When the configuration was loaded: since then its secrets sign.
    package let loadedAt: Timestamp
    /// What sends requests: the engine, or a script in `zaphub test`.
    package let sender: any HTTPSender
    /// What takes lines: the process's files and standard output, or a script in `zaphub test`.
    package let sinks: any LineSinkProvider
    /// What was forwarded into conversations elsewhere, under which ids.
    package let ledger: any ForwardingLedger
    /// The relay's copies of files; nil where it keeps none.
    package let depot: (any MediaStore)?
    /// What brings files into the depot; nil: nothing does.
    package let fetcher: (any MediaFetcher)?
    package let clock: any RelayClock

    package init(
        _ configuration: RelayConfiguration,
        loadedAt: Timestamp,
        sender: any HTTPSender,
        sinks: any LineSinkProvider,
        ledger: any ForwardingLedger,
        depot: (any MediaStore)? = nil,
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
package protocol ConversationDestinationKind: DestinationKind {
    func reporter(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any SendReporter
}

extension DestinationEnvironment {
    /// Tells the people of a destination what came of their messages; nil when it is of no kind that has any.
    func reporter(of name: String) -> (any SendReporter)? {
        guard let destination = configuration.destinations.first(where: { $0.name == name }) else { return nil }
        return (destination.options as? any ConversationDestinationKind)?.reporter(destination, in: self)
    }
}

extension RelayConfiguration.Destination {
    /// Every address that it sends to.
    package var addresses: [String] { (options as? any DestinationKind)?.addresses ?? [] }

    /// The destination that is configured; nil for a kind that this build knows the options of and nothing more.
    package func destination(in environment: DestinationEnvironment) -> (any Destination)? {
        (options as? any DestinationKind)?.destination(self, in: environment)
    }
}

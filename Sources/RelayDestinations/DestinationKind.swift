package import RelayConfig
package import RelayCore
package import RelayHTTPClient

/// A kind of destination: its options, and how a destination is made from them.
///
/// To add a kind, write a folder with an options type and a destination, and add one line to ``BuiltInDestinations``.
package protocol DestinationKind: DestinationOptions {
    /// Every URL to which it sends. The egress guard checks them when the configuration is loaded. Default: none.
    var addresses: [String] { get }

    /// Makes the destination. It opens nothing and sends nothing before its first delivery.
    /// - Parameter common: the options that every kind has: name, settings, secrets, timeout.
    func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any Destination
}

extension DestinationKind {
    package var addresses: [String] { [] }
}

/// Everything except the options that destinations are made from.
package struct DestinationEnvironment: Sendable {
    package let configuration: RelayConfiguration
    /// The time at which the configuration was loaded, from which on its secrets are used to sign.
    package let loadedAt: Timestamp
    /// Sends requests: the HTTP engine, or a scripted receiver in `zaphub test`.
    package let sender: any HTTPSender
    /// Provides line sinks: files and standard output of the process, or scripted ones in `zaphub test`.
    package let sinks: any LineSinkProvider
    /// The ledger: which messages were forwarded to which conversations, and under which ids.
    package let ledger: any ForwardingLedger
    /// The media store with the relay's copies of files; nil when there is none.
    package let depot: (any MediaStore)?
    /// Fetches files into ``depot``; nil when files are not fetched.
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

/// A destination kind whose users write messages that another destination sends, and who must learn of failures.
package protocol ConversationDestinationKind: DestinationKind {
    func reporter(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationEnvironment
    ) -> any SendReporter
}

extension DestinationEnvironment {
    /// The reporter for a destination's users; nil when the destination has none.
    func reporter(of name: String) -> (any SendReporter)? {
        guard let destination = configuration.destinations.first(where: { $0.name == name }) else { return nil }
        return (destination.options as? any ConversationDestinationKind)?.reporter(destination, in: self)
    }
}

extension RelayConfiguration.Destination {
    /// Every URL to which the destination sends.
    package var addresses: [String] { (options as? any DestinationKind)?.addresses ?? [] }

    /// The configured destination; nil for a kind of which this build knows only the options.
    package func destination(in environment: DestinationEnvironment) -> (any Destination)? {
        (options as? any DestinationKind)?.destination(self, in: environment)
    }
}

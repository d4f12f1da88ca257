package import RelayConfig
package import RelayCore
package import RelayHTTPClient

/// A kind of destination: its options, and how a destination is made from them.
///
/// To add a kind, write a folder with an options type and a destination, and add one line to ``BuiltInDestinations``.
package protocol DestinationKind: DestinationOptions {
    /// Every URL to which it sends. The egress guard checks them when the configuration is loaded. Default: none.
    var urls: [String] { get }

    /// The name under which the forwarding ledger has the messages that a destination of this kind sends on behalf of
    /// people elsewhere; nil, as by default, for a kind that sends none.
    /// - Parameter name: the destination's.
    func sentMessagesLedger(of name: String) -> DestinationKey?

    /// Where the files of its deliveries may lie; nil, as by default, for a kind that fetches no files.
    func files(in configuration: RelayConfiguration) -> RelayConfiguration.SourceMedia?

    /// The destination itself. Nothing is opened or sent before its first delivery.
    /// - Parameter common: what destinations of every kind have: name, settings, secrets, time-out.
    func destination(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any Destination
}

extension DestinationKind {
    package var urls: [String] { [] }
    package func sentMessagesLedger(of name: String) -> DestinationKey? { nil }
    package func files(in configuration: RelayConfiguration) -> RelayConfiguration.SourceMedia? { nil }
}

/// Everything except the options that destinations are made from.
package struct DestinationBuildContext: Sendable {
    package let configuration: RelayConfiguration
    /// What sends requests: the engine, or a script in `zaphub test`.
    package let sender: any HTTPClient
    /// Provides line sinks: files and standard output of the process, or scripted ones in `zaphub test`.
    package let sinks: any LineSinkProvider
    /// The ledger: which messages were forwarded to which conversations, and under which ids.
    package let ledger: any ForwardingLedger
    /// The relay's copies of files; nil where it keeps none.
    package let mediaStore: (any MediaStore)?
    /// What brings files into the media store; nil: nothing does.
    package let fetcher: (any MediaFetcher)?
    package let clock: any RelayClock

    package init(
        _ configuration: RelayConfiguration,
        sender: any HTTPClient,
        sinks: any LineSinkProvider,
        ledger: any ForwardingLedger,
        mediaStore: (any MediaStore)? = nil,
        fetcher: (any MediaFetcher)? = nil,
        clock: any RelayClock
    ) {
        self.configuration = configuration
        self.sender = sender
        self.sinks = sinks
        self.ledger = ledger
        self.mediaStore = mediaStore
        self.fetcher = fetcher
        self.clock = clock
    }
}

/// A destination kind whose users write messages that another destination sends, and who must learn of failures.
package protocol FailureReportingDestinationKind: DestinationKind {
    func reporter(
        _ common: RelayConfiguration.Destination,
        in environment: DestinationBuildContext
    ) -> any SendFailureReporter

    /// Replaces its server in tests of pipelines: a server that knows nobody yet. It answers lookups and set-up requests,
    /// and passes messages to `script`.
    static func testServer(_ script: any HTTPClient) -> any HTTPClient
}

extension DestinationBuildContext {
    /// The reporter for a destination's users; nil when the destination has none.
    func reporter(of name: String) -> (any SendFailureReporter)? {
        guard let destination = configuration.destinations.first(where: { $0.name == name }) else { return nil }
        return (destination.options as? any FailureReportingDestinationKind)?.reporter(destination, in: self)
    }
}

extension RelayConfiguration.Destination {
    /// Every URL to which the destination sends.
    package var urls: [String] { (options as? any DestinationKind)?.urls ?? [] }

    /// The name under which the fetcher knows where its files may lie; no source has one like it.
    var filesName: String { "destinations/\(name)" }

    /// Replaces its server in tests of pipelines: `script` alone, or `script` behind the test server of its kind.
    package func testServer(_ script: any HTTPClient) -> any HTTPClient {
        (options as? any FailureReportingDestinationKind).map { type(of: $0).testServer(script) } ?? script
    }

    /// The destination that is configured; nil for a kind that this build knows the options of and nothing more.
    package func destination(in environment: DestinationBuildContext) -> (any Destination)? {
        (options as? any DestinationKind)?.destination(self, in: environment)
    }
}

extension RelayConfiguration {
    /// The names under which the forwarding ledger has the messages that destinations send on behalf of people
    /// elsewhere, in order.
    package var sentMessagesLedgers: [DestinationKey] {
        Set(destinations.compactMap { ($0.options as? any DestinationKind)?.sentMessagesLedger(of: $0.name) })
            .sorted { $0.text < $1.text }
    }

    /// Where the files may lie that a destination's deliveries name; nil when no destination asks for files by this
    /// name.
    package func destinationFiles(named name: String) -> SourceMedia? {
        let destination = destinations.first { $0.filesName == name }
        return (destination?.options as? any DestinationKind)?.files(in: self)
    }
}

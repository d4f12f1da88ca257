package import Logging
package import RelayConfig
package import RelayCore
package import ServiceLifecycle

/// A transport: its options, and the connection of a source that uses it.
///
/// To add a transport, add a folder with a type that conforms to this protocol, and a line in ``BuiltInTransports``.
package protocol SourceTransport: SourceTransportOptions {
    /// Connects a source. Nothing is read before the service runs.
    func connect(_ reader: SourceDocumentReader, in environment: TransportBuildContext) -> SourceConnection
}

/// The way in which the documents of a source are received.
package enum SourceConnection: Sendable {
    /// They are posted to `/in/NAME`.
    case posted(Intake)
    /// A service reads them.
    case reading(any Service)
}

/// What sources are made from, besides their options.
package struct TransportBuildContext: Sendable {
    package let journal: any Journal
    package let rejectedDocuments: any RejectedDocumentStore
    package let clock: any RelayClock
    package let logger: Logger
    /// The prefix of the paths of files in which sources keep state across restarts.
    package let statePath: String

    package init(
        journal: any Journal,
        rejectedDocuments: any RejectedDocumentStore,
        clock: any RelayClock,
        logger: Logger,
        statePath: String
    ) {
        self.journal = journal
        self.rejectedDocuments = rejectedDocuments
        self.clock = clock
        self.logger = logger
        self.statePath = statePath
    }
}

extension RelayConfiguration.Source {
    /// The source, connected; nil for a transport that this build knows the options of and nothing more.
    package func connect(_ reader: SourceDocumentReader, in environment: TransportBuildContext) -> SourceConnection? {
        (transport as? any SourceTransport)?.connect(reader, in: environment)
    }
}

internal import RelayConfig
internal import RelayCore
internal import RelayFormats
internal import RelaySources
internal import ServiceLifecycle

/// Creates the configured sources: those that accept posted documents, and those that read documents themselves.
struct SourceFactory: Sendable {
    let environment: TransportBuildContext
    let ledger: any ForwardingLedger
    let media: any MediaStore

    /// Accepts native events that are posted for a session.
    var api: Intake {
        Intake(
            reader: SourceDocumentReader(
                source: IntakeRegistry.apiSource, format: BuiltInSourceFormats.api.init(), files: .stored(media)),
            journal: environment.journal,
            rejectedDocuments: environment.rejectedDocuments,
            clock: environment.clock
        )
    }

    /// The sources of a configuration, for the registry.
    func sources(of configuration: RelayConfiguration) -> IntakeRegistry.Sources {
        var sources = IntakeRegistry.Sources()
        for source in configuration.sources {
            switch connect(source, in: configuration) {
            case .posted(let intake): sources.posted[source.name] = intake
            case .reading, nil: sources.reading[source.name] = source.transport.kind
            }
        }
        return sources
    }

    /// The services of the sources that read documents themselves.
    func readers(of configuration: RelayConfiguration) -> [any Service] {
        configuration.sources.compactMap { source in
            guard case .reading(let service) = connect(source, in: configuration) else { return nil }
            return service
        }
    }

    private func connect(
        _ source: RelayConfiguration.Source,
        in configuration: RelayConfiguration
    ) -> SourceConnection? {
        let reader = SourceDocumentReader(source, in: configuration, ledger: ledger, files: .stored(media))
        return source.connect(reader, in: environment)
    }
}

internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayFormats
internal import RelaySources
internal import ServiceLifecycle

/// Makes the configured sources: those that take posts, and those that read by themselves.
struct SourceComponents: Sendable {
    let journal: any Journal
    let ledger: any ForwardingLedger
    let media: any MediaStore
    let clock: any RelayClock

    /// Takes native events that are posted for a session.
    var api: Intake {
        Intake(
            reader: DocumentReader(
                source: IntakeRegistry.apiSource, format: BuiltInFormats.api.init(), files: .stored(media)),
            journal: journal,
            clock: clock
        )
    }

    /// The sources of a configuration, for the registry.
    func sources(of configuration: RelayConfiguration) -> IntakeRegistry.Sources {
        var sources = IntakeRegistry.Sources()
        for source in configuration.sources {
            if source.transport == "http" {
                sources.posted[source.name] = intake(source, in: configuration)
            } else {
                sources.reading[source.name] = source.transport
            }
        }
        return sources
    }

    /// The services of the sources that read by themselves.
    /// - Parameter positions: the path before the name of a file that keeps how far a source was read.
    func readers(of configuration: RelayConfiguration, positions: String, logger: Logger) -> [any Service] {
        configuration.sources.compactMap { source in
            let input: LineReaderService.Input
            switch source.transport {
            case "stdin": input = .standardInput
            case "file": input = .file(path: source.path ?? "", position: "\(positions).\(source.name).position")
            default: return nil
            }
            return LineReaderService(
                input: input, intake: intake(source, in: configuration), clock: clock, logger: logger)
        }
    }

    private func intake(_ source: RelayConfiguration.Source, in configuration: RelayConfiguration) -> Intake {
        Intake(
            reader: DocumentReader(source, in: configuration, ledger: ledger, files: .stored(media)),
            authentication: source.auth.map { IntakeAuthentication($0) },
            journal: journal,
            clock: clock
        )
    }
}

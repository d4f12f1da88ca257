internal import Logging
internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayHTTPClient
internal import RelaySQLite

/// Reloads the configuration and activates it.
actor ConfigurationReloader {
    private let current: CurrentConfiguration
    private let environment: [String: String]
    private let clock: any RelayClock
    private let logger: Logger
    private let apply: @Sendable (LoadedConfiguration) async throws -> [String]

    /// - Parameter apply: activates a generation, and returns notes for the operator.
    init(
        _ current: CurrentConfiguration,
        environment: [String: String],
        clock: any RelayClock,
        logger: Logger,
        apply: @escaping @Sendable (LoadedConfiguration) async throws -> [String]
    ) {
        self.current = current
        self.environment = environment
        self.clock = clock
        self.logger = logger
        self.apply = apply
    }

    /// Loads, checks and builds a new generation, then activates it. On any error, the current generation stays active.
    func reload() async throws -> (generation: LoadedConfiguration, notes: [String]) {
        let old = current.generation
        do {
            let new = try LoadedConfiguration(
                number: old.number + 1,
                path: old.configuration.file,
                environment: environment,
                at: clock.now
            )
            let notes = try await apply(new)
            current.replace(with: new)
            logger.info(
                "Configuration reloaded",
                metadata: ["generation": "\(new.number)", "pipelines": "\(new.pipelines.count)"]
            )
            return (new, new.warnings.map(\.description) + Self.unchangeable(from: old, to: new) + notes)
        } catch {
            logger.error(
                "The new configuration is not valid; the old one stays in use",
                metadata: ["error": "\(error)"]
            )
            let mistakes = (error as? InvalidConfigurationError)?.diagnostics.map(\.description) ?? ["\(error)"]
            current.keep(after: ConfigurationStatus.Failure(at: clock.wall, mistakes: mistakes))
            throw error
        }
    }

    /// Notes about changed options that only take effect after a restart.
    private static func unchangeable(from old: LoadedConfiguration, to new: LoadedConfiguration) -> [String] {
        var notes: [String] = []
        let (before, after) = (old.configuration, new.configuration)
        if before.server.host != after.server.host || before.server.port != after.server.port {
            notes.append("server.listen changed: restart the relay to listen there")
        }
        if before.store.url != after.store.url { notes.append("store.url changed: restart the relay to use it") }
        if before.media != after.media {
            notes.append("media changed: restart the relay for anything but media.retention")
        }
        let inputs = { (configuration: RelayConfiguration) -> [String: LocalInput] in
            configuration.sources.reduce(into: [:]) { inputs, source in inputs[source.name] = source.transport.input }
        }
        if inputs(before) != inputs(after) {
            notes.append("sources that the relay reads by itself changed: restart the relay to read them")
        }
        return notes
    }
}

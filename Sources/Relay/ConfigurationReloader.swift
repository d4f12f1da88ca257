internal import Logging
internal import RelayAPI
internal import RelayConfig
internal import RelayCore
internal import RelayHTTPClient
internal import RelaySQLite
internal import Synchronization

/// Holds the generation in force and makes the next one.
actor ConfigurationReloader {
    private let path: String
    private let environment: [String: String]
    private let clock: any RelayClock
    private let logger: Logger
    private let apply: @Sendable (ConfigurationGeneration) async throws -> [String]
    private let box: Mutex<ConfigurationGeneration>
    private let lastFailure = Mutex<ConfigurationStatus.Failure?>(nil)

    /// - Parameter apply: brings a generation into force, and says what people should know about that.
    init(
        _ generation: ConfigurationGeneration,
        path: String,
        environment: [String: String],
        clock: any RelayClock,
        logger: Logger,
        apply: @escaping @Sendable (ConfigurationGeneration) async throws -> [String]
    ) {
        box = Mutex(generation)
        self.path = path
        self.environment = environment
        self.clock = clock
        self.logger = logger
        self.apply = apply
    }

    nonisolated var current: ConfigurationGeneration { box.withLock { $0 } }

    /// Why the configuration that was read last is not in force; nil when it is.
    nonisolated var failure: ConfigurationStatus.Failure? { lastFailure.withLock { $0 } }

    /// Loads, checks and builds everything, then swaps; on any mistake the present generation goes on.
    func reload() async throws -> (generation: ConfigurationGeneration, notes: [String]) {
        let old = current
        do {
            let new = try ConfigurationGeneration(
                number: old.number + 1,
                path: path,
                environment: environment,
                at: clock.now
            )
            let notes = try await apply(new)
            box.withLock { $0 = new }
            lastFailure.withLock { $0 = nil }
            logger.info(
                "Configuration reloaded",
                metadata: ["generation": "\(new.number)", "pipelines": "\(new.pipelines.count)"]
            )
            return (new, new.warnings.map(\.description) + Self.unchangeable(from: old, to: new) + notes)
        } catch {
            logger.error("The new configuration is not valid; the old one stays in use", metadata: ["error": "\(error)"])
            let mistakes = (error as? ConfigurationError)?.diagnostics.map(\.description) ?? ["\(error)"]
            let moment = clock.wall
            lastFailure.withLock { $0 = ConfigurationStatus.Failure(at: moment, mistakes: mistakes) }
            throw error
        }
    }

    /// What a running process cannot change.
    private static func unchangeable(from old: ConfigurationGeneration, to new: ConfigurationGeneration) -> [String] {
        var notes: [String] = []
        let (before, after) = (old.configuration, new.configuration)
        if before.server.host != after.server.host || before.server.port != after.server.port {
            notes.append("server.listen changed: restart the relay to listen there")
        }
        if before.store.url != after.store.url { notes.append("store.url changed: restart the relay to use it") }
        if before.media != after.media {
            notes.append("media changed: restart the relay for anything but media.retention")
        }
        let readers = { (configuration: RelayConfiguration) in
            Set(configuration.sources.filter { $0.transport != "http" }.map { "\($0.name) \($0.path ?? "")" })
        }
        if readers(before) != readers(after) {
            notes.append("sources that read stdin or files changed: restart the relay to read them")
        }
        return notes
    }
}

public import RelayConfig
public import RelayCore
internal import RelayHTTPClient
internal import RelayPipeline

/// A configuration as it was loaded once: checked, and everything built from it. Work in flight keeps the generation
/// that it began with; a reload makes the next.
public struct Generation: Sendable {
    /// Counts from 1 since the process started.
    public let number: Int
    public let loadedAt: Timestamp
    public let configuration: RelayConfiguration
    public let warnings: [Diagnostic]
    let egress: EgressGuard
    let pipelines: [Pipeline]

    /// - Throws: ``ConfigurationError`` with every mistake in every file.
    public init(
        number: Int,
        path: String,
        environment: [String: String],
        registry: ConfigurationRegistry = .builtIn,
        at moment: Timestamp
    ) throws {
        let loaded = try RelayConfiguration.load(path: path, environment: environment, registry: registry)
        let configuration = loaded.configuration
        egress = try EgressGuard(
            allow: configuration.egress.allow,
            denyListen: [(host: configuration.server.host, port: configuration.server.port)],
            nat64: configuration.egress.nat64,
            ports: configuration.egress.allowedPorts.map { .only(Set($0)) } ?? .any
        )
        self.number = number
        loadedAt = moment
        self.configuration = configuration
        warnings = loaded.warnings
        pipelines = configuration.pipelines.map { Pipeline($0) }
    }
}

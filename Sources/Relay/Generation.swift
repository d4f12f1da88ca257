public import RelayConfig
public import RelayCore
internal import RelayDestinations
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
        let egress = try EgressGuard(
            allow: configuration.egress.allow,
            denyListen: [(host: configuration.server.host, port: configuration.server.port)],
            nat64: configuration.egress.nat64,
            ports: configuration.egress.allowedPorts.map { .only(Set($0)) } ?? .any
        )
        let unreachable = configuration.destinations.compactMap { $0.problem(egress) }
        guard unreachable.isEmpty else { throw ConfigurationError(diagnostics: unreachable) }
        self.egress = egress
        self.number = number
        loadedAt = moment
        self.configuration = configuration
        warnings = loaded.warnings
        pipelines = configuration.pipelines.map { Pipeline($0) }
    }
}

extension RelayConfiguration.Destination {
    /// What the egress guard has against the destination's address.
    fileprivate func problem(_ egress: EgressGuard) -> Diagnostic? {
        guard let webhook = options as? WebhookOptions else { return nil }
        do {
            try egress.check(url: webhook.url)
            return nil
        } catch {
            return Diagnostic(
                severity: .error,
                file: mark.file,
                line: mark.line,
                column: mark.column,
                message: "the address of \"\(name)\" is not allowed: \(error.message)"
            )
        }
    }
}

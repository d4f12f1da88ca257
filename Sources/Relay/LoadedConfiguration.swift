internal import RelayAPI
package import RelayConfig
package import RelayCore
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayPipeline

/// A loaded and checked configuration with everything built from it. Work in progress keeps the generation it began
/// with; a reload creates the next one.
package struct LoadedConfiguration: Sendable {
    package let mark: ConfigurationGenerationID
    package let loadedAt: Timestamp
    package let configuration: RelayConfiguration
    package let warnings: [Diagnostic]
    let egress: EgressGuard
    /// Reads the destination options of sessions' webhooks.
    let webhookOptions: ManagedWebhookOptionsReader
    let pipelines: [Pipeline]

    /// The number of the generation, from 1 since the start of the process.
    package var number: Int { mark.number }

    /// - Throws: ``InvalidConfigurationError`` with all mistakes in all files.
    package init(
        number: Int,
        path: String,
        environment: [String: String],
        registry: ConfigurationKindRegistry = .builtIn,
        at moment: Timestamp
    ) throws {
        let loaded = try RelayConfiguration.load(path: path, environment: environment, registry: registry)
        let configuration = loaded.configuration
        let egress = try EgressGuard(configuration.egress, server: configuration.server)
        let unreachable = configuration.unreachable(by: egress)
        guard unreachable.isEmpty else { throw InvalidConfigurationError(diagnostics: unreachable) }
        self.egress = egress
        webhookOptions = ManagedWebhookOptionsReader(
            kind: WebhookDestinationOptions.self,
            policies: configuration.retryPolicies,
            timeout: configuration.webhookTimeout,
            urlCheck: egress.problem
        )
        let mark = ConfigurationGenerationID(number: number, hash: ConfigurationStatus.hash(of: configuration.scrubbed))
        self.mark = mark
        loadedAt = moment
        self.configuration = configuration
        warnings = loaded.warnings
        pipelines = configuration.pipelines.map { Pipeline($0, generation: mark) }
    }
}

extension EgressGuard {
    /// Creates the guard from the `egress` options of a configuration. It always denies the relay's own port.
    init(_ egress: RelayConfiguration.Egress, server: RelayConfiguration.Server) throws(ParseError) {
        try self.init(
            allow: egress.allow,
            denyListen: [(host: server.host, port: server.port)],
            nat64: egress.nat64,
            ports: egress.allowedPorts.map { .only(Set($0)) } ?? .any
        )
    }

    /// Returns the reason why a URL is denied, for display; nil when it is allowed.
    func problem(_ url: String) -> String? {
        do {
            try check(url: url)
            return nil
        } catch {
            return error.message
        }
    }
}

extension RelayConfiguration {
    /// The diagnostics for URLs in the configuration that the egress guard denies.
    package var unreachable: [Diagnostic] {
        do {
            return unreachable(by: try EgressGuard(egress, server: server))
        } catch {
            return [Diagnostic(code: .refusedAddress, file: file, message: "\(error)")]
        }
    }

    fileprivate func unreachable(by egress: EgressGuard) -> [Diagnostic] {
        destinations.compactMap { $0.problem(egress) } + sources.compactMap { $0.problem(egress) }
    }
}

extension RelayConfiguration.Destination {
    /// The diagnostic for a URL of the destination that the egress guard denies; nil when all are allowed.
    fileprivate func problem(_ egress: EgressGuard) -> Diagnostic? {
        guard let problem = urls.lazy.compactMap({ egress.problem($0) }).first else { return nil }
        return mark.error("the address of \"\(name)\" is not allowed: \(problem)", code: .refusedAddress)
    }
}

extension RelayConfiguration.Source {
    /// The diagnostic for a base URL of the source's media that the egress guard denies; nil when all are allowed.
    fileprivate func problem(_ egress: EgressGuard) -> Diagnostic? {
        let addresses: [(option: String, url: String?)] = [
            ("base_url", media.baseURL), ("graph_url", media.graphURL), ("whatsapp_url", media.whatsAppURL),
        ]
        for (option, url) in addresses {
            guard let problem = url.flatMap(egress.problem) else { continue }
            return mark.error("media.\(option) of \"\(name)\" is not allowed: \(problem)", code: .refusedAddress)
        }
        return nil
    }
}

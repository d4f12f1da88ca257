internal import RelayAPI
package import RelayConfig
package import RelayCore
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayPipeline

/// A configuration as it was loaded once: checked, and everything built from it. Work in flight keeps the generation
/// that it began with; a reload makes the next.
package struct ConfigurationGeneration: Sendable {
    package let mark: ConfigurationGenerationID
    package let loadedAt: Timestamp
    package let configuration: RelayConfiguration
    package let warnings: [Diagnostic]
    let egress: EgressGuard
    /// Reads what sessions' webhooks have of the options of a destination.
    let webhookOptions: WebhookOptionsReader
    let pipelines: [Pipeline]

    /// Counts from 1 since the process started.
    package var number: Int { mark.number }

    /// - Throws: ``ConfigurationError`` with every mistake in every file.
    package init(
        number: Int,
        path: String,
        environment: [String: String],
        registry: ConfigurationRegistry = .builtIn,
        at moment: Timestamp
    ) throws {
        let loaded = try RelayConfiguration.load(path: path, environment: environment, registry: registry)
        let configuration = loaded.configuration
        let egress = try EgressGuard(configuration.egress, server: configuration.server)
        let unreachable = configuration.unreachable(by: egress)
        guard unreachable.isEmpty else { throw ConfigurationError(diagnostics: unreachable) }
        self.egress = egress
        webhookOptions = WebhookOptionsReader(
            kind: WebhookOptions.self,
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
    /// What a configuration allows; never the relay's own port.
    init(_ egress: RelayConfiguration.Egress, server: RelayConfiguration.Server) throws(ParseError) {
        try self.init(
            allow: egress.allow,
            denyListen: [(host: server.host, port: server.port)],
            nat64: egress.nat64,
            ports: egress.allowedPorts.map { .only(Set($0)) } ?? .any
        )
    }

    /// What it has against an address, for people; nil when nothing.
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
    /// The addresses in it that the egress guard lets nothing go to.
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
    /// What the egress guard has against the destination's address.
    fileprivate func problem(_ egress: EgressGuard) -> Diagnostic? {
        guard let problem = addresses.lazy.compactMap({ egress.problem($0) }).first else { return nil }
        return mark.error("the address of \"\(name)\" is not allowed: \(problem)", code: .refusedAddress)
    }
}

extension RelayConfiguration.Source {
    /// What the egress guard has against the addresses that the source's files come from.
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

internal import Logging
internal import RelayConfig
package import RelayCore
package import RelayDestinations
internal import RelayHTTPClient

/// Looks at everything outside that a configuration needs: what `zaphub doctor` does.
package final class Doctor: Sendable {
    /// What was found about one thing of the configuration.
    package struct Entry: Sendable, Equatable {
        /// Where it stands in the configuration: `server`, `destinations.crm`.
        package let subject: String
        package let finding: DoctorFinding
    }

    private let generation: ConfigurationGeneration
    private let repairs: DoctorCheckEnvironment.Repairs
    /// Behind the configuration's own guard, as deliveries are.
    private let engine: CurlEngine
    /// For the relay's own addresses, which no delivery may go to.
    private let own: CurlEngine

    /// - Throws: ``CurlEngine/SetupError`` when this machine is out of something.
    package init(_ generation: ConfigurationGeneration, repairs: DoctorCheckEnvironment.Repairs = []) throws {
        self.generation = generation
        self.repairs = repairs
        var quiet = Logger(label: "doctor")
        quiet.logLevel = .critical
        engine = try CurlEngine(guard: generation.egress, logger: quiet)
        own = try CurlEngine(guard: EgressGuard(allow: ["0.0.0.0/0", "::/0"]), logger: quiet)
    }

    deinit {
        engine.shutdown()
        own.shutdown()
    }

    /// All of it, in the order of the configuration.
    package func examine() async -> [Entry] {
        let configuration = generation.configuration
        let environment = DoctorCheckEnvironment(configuration, sender: engine, repairs: repairs)
        async let server = ListenerCheck(configuration, sender: own).findings()
        var destinations: [String: [DoctorFinding]] = [:]
        // Each may wait as long as its receiver lets it; together they take as long as the slowest.
        await withTaskGroup(of: (String, [DoctorFinding]).self) { group in
            for destination in configuration.destinations {
                group.addTask { (destination.name, await destination.doctorCheck(in: environment)) }
            }
            for await (name, findings) in group { destinations[name] = findings }
        }
        var entries = await server.map { Entry(subject: "server", finding: $0) }
        entries += storage(configuration)
        for destination in configuration.destinations {
            entries += (destinations[destination.name] ?? []).map {
                Entry(subject: "destinations.\(destination.name)", finding: $0)
            }
        }
        return entries
    }

    private func storage(_ configuration: RelayConfiguration) -> [Entry] {
        var entries: [Entry] = []
        if case .sqlite(let path) = configuration.store.url {
            entries += FileSystemCheck(file: path).findings.map { Entry(subject: "store", finding: $0) }
        }
        if case .directory(let path) = configuration.media.store {
            entries += FileSystemCheck(folder: path).findings.map { Entry(subject: "media", finding: $0) }
        }
        for source in configuration.sources {
            guard case .file(let path) = source.transport.input else { continue }
            entries += FileSystemCheck.reading(path).map { Entry(subject: "sources.\(source.name)", finding: $0) }
        }
        return entries
    }
}

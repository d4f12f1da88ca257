internal import Logging
internal import RelayConfig
package import RelayCore
package import RelayDestinations
internal import RelayHTTPClient

/// Checks the external systems that a configuration depends on: the implementation of `zaphub doctor`.
package final class Doctor: Sendable {
    /// The findings about one part of the configuration.
    package struct Entry: Sendable, Equatable {
        /// The path of that part in the configuration: `server`, `destinations.crm`.
        package let subject: String
        package let finding: DoctorFinding
    }

    private let generation: LoadedConfiguration
    private let repairs: DoctorCheckEnvironment.Repairs
    /// The HTTP client for destinations, with the configured egress guard, as for deliveries.
    private let engine: CurlEngine
    /// The HTTP client for the relay's own URLs, which deliveries may not be sent to.
    private let own: CurlEngine

    /// - Throws: ``CurlEngine/SetupError`` when the system lacks a resource.
    package init(_ generation: LoadedConfiguration, repairs: DoctorCheckEnvironment.Repairs = []) throws {
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

    /// Runs all checks; the result is in the order of the configuration.
    package func examine() async -> [Entry] {
        let configuration = generation.configuration
        let environment = DoctorCheckEnvironment(configuration, sender: engine, repairs: repairs)
        async let server = ListenerDoctorCheck(configuration, sender: own).findings()
        var destinations: [String: [DoctorFinding]] = [:]
        // Each check may wait for the timeout of its receiver; run concurrently, all take as long as the slowest.
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
            entries += FileSystemDoctorCheck(file: path).findings.map { Entry(subject: "store", finding: $0) }
        }
        if case .directory(let path) = configuration.media.store {
            entries += FileSystemDoctorCheck(folder: path).findings.map { Entry(subject: "media", finding: $0) }
        }
        for source in configuration.sources {
            guard case .file(let path) = source.transport.input else { continue }
            entries += FileSystemDoctorCheck.reading(path).map { Entry(subject: "sources.\(source.name)", finding: $0) }
        }
        return entries
    }
}

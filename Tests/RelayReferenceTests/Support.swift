import Foundation
import Relay
import RelayConfig
import RelayCore
import RelayDestinations
import RelayFormats
import RelayReference
import RelaySources
import RelayStages
import RelayTestRunner
import RelayTesting

extension ConfigurationKindRegistry {
    /// Everything included in the relay, without the egress guard.
    static let everything: ConfigurationKindRegistry = {
        var registry = ConfigurationKindRegistry.builtIn
        registry.pipelineURLCheck = nil
        registry.egressCheck = nil
        return registry
    }()
}

extension ConfigurationDocumentation {
    static let everything = ConfigurationDocumentation(.everything)
}

/// Accesses files of the repository.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    static func write(_ text: String, to path: String) throws {
        try text.write(to: root.appendingPathComponent(path), atomically: true, encoding: .utf8)
    }
}

extension TemporaryDirectory {
    func load(
        environment: [String: String] = [:],
        registry: ConfigurationKindRegistry = .everything
    ) throws(InvalidConfigurationError) -> RelayConfiguration.Loaded {
        try RelayConfiguration.load(path: path + "/config.yaml", environment: environment, registry: registry)
    }
}

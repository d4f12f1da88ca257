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

extension ConfigurationRegistry {
    /// What the relay is built with, but for the egress guard.
    static let everything: ConfigurationRegistry = {
        var registry = ConfigurationRegistry.builtIn
        registry.pipelineURLCheck = nil
        registry.egressCheck = nil
        return registry
    }()
}

extension Reference {
    static let everything = Reference(.everything)
}

/// Files of the repository.
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

/// A folder with files in it, gone when the test is over.
final class Folder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reference-\(UUID().uuidString)")
        path = folder.path
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func load(
        environment: [String: String] = [:],
        registry: ConfigurationRegistry = .everything
    ) throws(ConfigurationError) -> RelayConfiguration.Loaded {
        try RelayConfiguration.load(path: path + "/config.yaml", environment: environment, registry: registry)
    }
}

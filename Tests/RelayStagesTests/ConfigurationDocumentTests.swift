import Foundation
import RelayConfig
import RelayStages
import Testing

/// What docs/configuration.md tells people to write is right.
struct ConfigurationDocumentTests {
    private static let registry = ConfigurationRegistry(
        stages: BuiltInStages.all,
        destinations: [Receiver.self],
        formats: ["baileys"],
        transports: ["http"]
    )

    private struct Receiver: DestinationOptions {
        static let kind = "webhook"
        static let summary = "Stands for one."
        static let fields: [AnyField] = []
        init(_ options: Options) throws {}
    }

    private static func blocks() throws -> [String] {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
        return text.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
    }

    @Test func everyListOfStagesInItIsTaken() throws {
        let lists = try Self.blocks().filter { $0.hasPrefix("- ") }
        #expect(lists.count == 3)
        for list in lists {
            let yaml = "stages:\n" + list.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
            #expect(throws: Never.self) { try Self.registry.step(yaml: yaml, destinations: ["crm"]) }
        }
    }

    @Test func itsPipelinesAndFragmentsLoadWithoutAWarning() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("document-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["pipelines", "fragments"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        let config =
            "sources: { baileys: { transport: http, format: baileys } }\ndestinations: { crm: { type: webhook } }\n"
        try Data(config.utf8).write(to: folder.appendingPathComponent("config.yaml"))
        var files = 0
        for block in try Self.blocks() {
            guard let name = block.split(separator: "\n").first, name.hasPrefix("# "), name.contains("/") else {
                continue
            }
            try Data(block.utf8).write(to: folder.appendingPathComponent(String(name.dropFirst(2))))
            files += 1
        }
        #expect(files == 3)
        let loaded = try RelayConfiguration.load(
            path: folder.appendingPathComponent("config.yaml").path, environment: [:], registry: Self.registry)
        #expect(loaded.warnings.isEmpty)
        #expect(
            loaded.configuration.pipelines.first { $0.name == "sales" }?.steps.map(\.id) == [
                "persist", "clean", "clean.filter", "clean.enrich", "deliver",
            ])
    }
}

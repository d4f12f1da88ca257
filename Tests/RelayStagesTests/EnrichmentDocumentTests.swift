import Foundation
import Testing

/// The examples in docs/enrichment.md are valid.
struct EnrichmentDocumentTests {
    @Test func everyStageInItIsTaken() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/enrichment.md"), encoding: .utf8)
        let stages = text.components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
            .filter { $0.hasPrefix("- enrich:") }
            .map { $0.split(separator: "\n").map { $0.dropFirst(2) }.joined(separator: "\n") }
        #expect(stages.count == 3)
        let keys = ["WAHA_API_KEY": "k", "EVOLUTION_API_KEY": "k", "CRM_TOKEN": "k"]
        for stage in stages { #expect(try EnrichFixture(stage, environment: keys).waits) }
    }
}

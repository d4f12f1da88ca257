import Foundation
import RelayConfig
import RelayTestRunner
import Testing

/// The configuration that is shipped with the relay.
@Suite struct ShippedTests {
    @Test func theTestsOfTheShippedPipelinePass() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let configuration = try RelayConfiguration.load(
            path: root.appendingPathComponent("config.yaml").path, environment: [:], registry: .shipped
        ).configuration
        let suite = try PipelineTestSuite(configuration, environment: [:])
        #expect(suite.warnings.isEmpty)
        #expect(suite.run().text == "3 tests, all passed")
    }
}

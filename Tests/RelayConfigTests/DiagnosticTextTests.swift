import Foundation
import RelayConfig
import Testing

/// Every text that a diagnostic may have is in a case of `Golden/`, word for word: a text that no case says is a branch
/// that nobody has read as it comes out.
@Suite struct DiagnosticTextTests {
    /// Where texts of diagnostics are made.
    private static let sources = [
        "RelayConfig", "RelayStages", "RelayTrials/Reading", "Relay/Generation.swift",
        "RelayDestinations/Webhook/WebhookOptions.swift", "RelayDestinations/WhatsApp/WhatsAppOptions.swift",
        "RelayDestinations/File/FileOptions.swift", "RelayDestinations/Stdout/StdoutOptions.swift",
        "RelayDestinations/Templates/TextTemplate.swift", "RelayHTTPClient/EgressGuard+check.swift",
    ]

    @Test func everyTextOfTheSourcesHasACase() throws {
        let said = Set(
            try GoldenCase.all.flatMap { golden in
                try golden.report().diagnostics.flatMap { [$0.message, $0.help ?? ""] }
            })
        let texts = try Self.sources.flatMap { try SourceText.all(in: $0) }
        let missing = texts.filter { text in !said.contains { text.isSaid(in: $0) } }
        #expect(texts.count > 200)
        #expect(missing.isEmpty, "\(missing.map(\.description).joined(separator: "\n"))")
    }
}

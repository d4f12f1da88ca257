import Foundation
import RelayConfig
import Testing

@testable import zaphub

/// What `zaphub check` says, word for word. `ZAPHUB_RENEW_GOLDEN=1 swift test --filter GoldenTests` writes it anew, to be
/// read before it is committed.
@Suite struct GoldenTests {
    @Test(arguments: GoldenCase.all)
    func saysExactlyThis(_ golden: GoldenCase) throws {
        let text = try golden.report().text
        if ProcessInfo.processInfo.environment["ZAPHUB_RENEW_GOLDEN"] == "1" { try golden.renew(text) }
        #expect(text == golden.expected)
    }

    /// A new code, and a code that nothing says any more, are found here.
    @Test func everyCodeHasACase() throws {
        let said = try GoldenCase.all.reduce(into: Set<DiagnosticCode>()) { codes, golden in
            codes.formUnion(try golden.report().diagnostics.map(\.code))
        }
        let missing = DiagnosticCode.allCases.filter { !said.contains($0) }.map(\.rawValue)
        #expect(missing.isEmpty, "no case of Golden/ has \(missing)")
    }

    @Test func theDocumentationOfThisRepositoryIsGood() throws {
        let root = GoldenCase.folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let paths = ["README.md", "docs", "examples", "config.yaml"].map { root.appendingPathComponent($0).path }
        let report = ConfigurationChecker.builtIn(environment: nil).check(paths)
        #expect(report.diagnostics.isEmpty, "\(CheckFormat.text.text(report))")
        #expect(report.subjects.count > 15)
    }
}

import Foundation
import RelayConfig
import Testing

@testable import zaphub

/// Compares the output of `zaphub check` verbatim. `ZAPHUB_RENEW_GOLDEN=1 swift test --filter GoldenTests` updates the
/// expected output, which must be reviewed before it is committed.
@Suite struct GoldenTests {
    @Test(arguments: GoldenCase.all)
    func saysExactlyThis(_ golden: GoldenCase) throws {
        let text = try golden.report().text
        if ProcessInfo.processInfo.environment["ZAPHUB_RENEW_GOLDEN"] == "1" { try golden.renew(text) }
        #expect(text == golden.expected)
    }

    /// Fails for a new code without a case, and for a code that is no longer used.
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
        #expect(report.diagnostics.isEmpty, "\(CheckOutputFormat.text.text(report))")
        #expect(report.subjects.count > 15)
    }
}

import Foundation
import Relay
import RelayCore
import RelayTestRunner
import Testing

@testable import RelayConfig
@testable import zaphub

/// A file of `Golden/`: the files of a configuration, each after a line `-- NAME --`, and the expected output of
/// `zaphub check`. The lines before the first file are settings. Without `paths:` the configuration is checked; `make:
/// folder NAME` and similar lines create what the case itself cannot contain; and with `run-tests` the tests are read
/// as by `zaphub test`.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    let file: URL
    let paths: [String]
    private let runsTests: Bool
    let environment: [String: String]?
    let files: [(name: String, text: String)]
    private let special: [(kind: String, name: String)]
    let expected: String

    var testDescription: String { file.deletingPathExtension().lastPathComponent }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static let all: [GoldenCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { GoldenCase(folder.appendingPathComponent($0)) }
    }()

    private init?(_ file: URL) {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        var parts: [(name: String, lines: [Substring])] = [("", [])]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("-- "), line.hasSuffix(" --") {
                parts.append((String(line.dropFirst(3).dropLast(3)), []))
            } else {
                parts[parts.count - 1].lines.append(line)
            }
        }
        func joined(_ lines: [Substring]) -> String { lines.joined(separator: "\n") }
        let head = parts[0].lines.map(String.init)
        self.file = file
        paths = head.first { $0.hasPrefix("paths: ") }?.dropFirst(7).split(separator: " ").map(String.init) ?? []
        runsTests = head.contains("run-tests")
        environment =
            head.contains("no-env")
            ? nil
            : head.filter { $0.hasPrefix("env: ") }.reduce(into: [:]) { environment, line in
                let pair = line.dropFirst(5).split(separator: "=", maxSplits: 1)
                environment[String(pair[0])] = String(pair[1])
            }
        special = head.filter { $0.hasPrefix("make: ") }.map { line in
            let words = line.split(separator: " ")
            return (String(words[1]), String(words[2]))
        }
        expected = joined(parts.first { $0.name == "expected" }?.lines ?? []).trimmingCharacters(in: .newlines)
        var files = parts.dropFirst().filter { $0.name != "expected" }.map {
            (name: $0.name, text: joined($0.lines) + "\n")
        }
        if head.contains("alone") {
            self.files = files
            return
        }
        if !files.contains(where: { $0.name == "config.yaml" }) { files.append(("config.yaml", "version: 1\n")) }
        if !files.contains(where: { $0.name.hasPrefix("pipelines") }) {
            files.append(("pipelines/default.yaml", "stages:\n  - persist\n  - deliver: [session]\n"))
        }
        self.files = files
    }

    /// Writes the files to a temporary folder and checks them.
    func report() throws -> (text: String, diagnostics: [Diagnostic]) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("golden-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try special.forEach { try Self.make($0.kind, folder.appendingPathComponent($0.name)) }
        let paths = (paths.isEmpty ? ["config.yaml"] : paths).map { folder.path + "/" + $0 }
        let report =
            runsTests ? readTests(in: folder) : ConfigurationChecker.builtIn(environment: environment).check(paths)
        let text = CheckOutputFormat.text.text(report).replacingOccurrences(of: folder.path + "/", with: "")
        return (Self.lists.reduce(text) { $0.replacingOccurrences(of: $1.text, with: $1.name) }, report.diagnostics)
    }

    private func readTests(in folder: URL) -> ConfigurationChecker.Report {
        let files = paths.map { folder.path + "/" + $0 }
        let checker = ConfigurationChecker(registry: .builtIn, environment: environment) {
            [environment] configuration, _ in
            var findings = ConfigurationChecker.AdditionalCheckResult(diagnostics: [])
            do throws(InvalidConfigurationError) {
                findings.tests = try PipelineTestSuite(configuration, files: files, environment: environment ?? [:])
                    .count
            } catch {
                findings.diagnostics = error.diagnostics
            }
            return findings
        }
        return checker.check([folder.path + "/config.yaml"])
    }

    private static func make(_ kind: String, _ file: URL) throws {
        let folder = kind == "folder" ? file : file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        switch kind {
        case "binary": try Data([0xFF, 0xFE]).write(to: file)
        case "link":
            // To its own folder.
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: ".")
        case "large": try Data(repeating: UInt8(ascii: "#"), count: 10 << 20).write(to: file)
        default: break
        }
    }

    /// Lists that every new kind would change, each with the placeholder that replaces exactly this list in a case.
    private static let lists: [(text: String, name: String)] = {
        let registry = ConfigurationKindRegistry.builtIn
        let words = [
            ("[destination kinds]", registry.destinations.map { $0.kind }),
            ("[formats]", registry.formats.map { $0.name }),
            ("[event types]", EventType.all.map(\.name)),
        ]
        return words.flatMap { name, words in
            [(QuantitySyntax.choice(words), name), (words.joined(separator: ", "), name)]
        }
    }()

    /// Replaces the expected output of the case.
    func renew(_ text: String) throws {
        let old = try String(contentsOf: file, encoding: .utf8)
        let head = old.components(separatedBy: "-- expected --\n")[0]
        try (head + "-- expected --\n" + text + "\n").write(to: file, atomically: true, encoding: .utf8)
    }
}

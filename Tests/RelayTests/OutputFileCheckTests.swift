import Foundation
import RelayTesting
import Testing

/// `zaphub check` with two file destinations that would write into each other's files.
@Suite(.limitedConcurrency)
struct OutputFileCheckTests {
    /// Checks a configuration with two destinations. Returns the mistake; nil: there is none.
    private func mistake(
        _ one: String, _ two: String, prepare: (URL) throws -> Void = { _ in }
    ) async throws -> String? {
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(
                extra: "destinations:\n  one: { type: file, \(one) }\n  two: { type: file, \(two) }\n"),
            pipeline: "stages:\n  - persist\n  - deliver: [one, two]\n"
        )
        defer { relay.remove() }
        try prepare(relay.folder)
        let result = try await CommandTests().zaphub([
            "check", "-c", relay.folder.appendingPathComponent("config.yaml").path,
        ])
        if result.status == 0 { return nil }
        #expect(result.status == 78)
        #expect(result.errors.contains("give each its own, or deliver to one of them"))
        return result.errors.split(separator: "\n").first { $0.contains(": error: ") }.map(String.init)
    }

    @Test func twoFilesAreGood() async throws {
        #expect(try await mistake("path: a.ndjson", "path: b.ndjson") == nil)
        #expect(try await mistake("path: a.ndjson, keep: 3", "path: a.ndjson.4") == nil, "the fourth is never made")
        #expect(try await mistake("path: x/a.ndjson", "path: y/a.ndjson.1") == nil)
    }

    @Test(arguments: ["a.ndjson", "./a.ndjson", "new/../a.ndjson", "//tmp/../a.ndjson"])
    func spellingsOfOnePathAreRefused(_ spelling: String) async throws {
        let found: String?
        if spelling.hasPrefix("//") {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)").path
            found = try await mistake("path: \(path)", "path: \"/\(path)\"")
        } else {
            found = try await mistake("path: a.ndjson", "path: \(spelling)")
        }
        let message = try #require(found)
        #expect(message.contains("both use the file") || message.contains("write into one file"), "\(message)")
    }

    @Test func linksAreRefused() async throws {
        let files = FileManager.default
        let symbolic = try await mistake("path: data/a.ndjson", "path: link/a.ndjson") { folder in
            try files.createDirectory(at: folder.appendingPathComponent("data"), withIntermediateDirectories: true)
            try files.createSymbolicLink(
                atPath: folder.appendingPathComponent("link").path, withDestinationPath: "data")
        }
        #expect(symbolic?.contains("write into one file") == true)
        let dangling = try await mistake("path: data/a.ndjson", "path: b.ndjson") { folder in
            try files.createSymbolicLink(
                atPath: folder.appendingPathComponent("b.ndjson").path, withDestinationPath: "data/a.ndjson")
        }
        #expect(dangling?.contains("write into one file") == true, "the link leads to a file that does not exist yet")
        let hard = try await mistake("path: a.ndjson", "path: b.ndjson") { folder in
            try Data("{}\n".utf8).write(to: folder.appendingPathComponent("a.ndjson"))
            try files.linkItem(
                at: folder.appendingPathComponent("a.ndjson"), to: folder.appendingPathComponent("b.ndjson"))
        }
        #expect(hard?.contains("write into one file") == true)
    }

    @Test func rotationsOfEachOtherAreRefused() async throws {
        let later = try await mistake("path: a.ndjson", "path: a.ndjson.2")
        #expect(later?.contains("destination \"two\" writes into") == true, "\(later ?? "")")
        #expect(later?.contains("to which destination \"one\" renames its file") == true)
        let earlier = try await mistake("path: a.ndjson.10", "path: a.ndjson")
        #expect(earlier?.contains("destination \"one\" writes into") == true, "\(earlier ?? "")")
        let linked = try await mistake("path: data/a.ndjson, keep: 20", "path: link/a.ndjson.20") { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder.appendingPathComponent("link").path, withDestinationPath: "data")
        }
        #expect(linked?.contains("renames its file") == true)
    }
}

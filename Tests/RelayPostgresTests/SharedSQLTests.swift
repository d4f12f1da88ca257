import Foundation
import Testing

@testable import RelayPostgres

/// The SQL that all stores run has nothing that PostgreSQL does not understand and that no translation changes.
@Suite
struct SharedSQLTests {
    @Test(arguments: [
        "GLOB", "INSERT OR REPLACE", "UPDATE OR", "ON CONFLICT DO UPDATE", "PRAGMA", "rowid", "last_insert_rowid",
        "sqlite_", "WITHOUT ROWID",
    ])
    func nothingIsForSQLiteOnly(words: String) throws {
        for (file, line, text) in try sources() {
            #expect(!text.contains(words), "\(file):\(line) has \(words): \(text)")
        }
    }

    /// `IS NOT` with another operand than NULL is `IS DISTINCT FROM`, which both understand.
    @Test
    func valuesAreComparedInWordsOfBoth() throws {
        for (file, line, text) in try sources() {
            #expect(
                text.firstRange(of: #/ IS NOT (?!NULL|DISTINCT)/#) == nil, "\(file):\(line) has IS NOT: \(text)")
        }
    }

    /// A sum of bigint is numeric in PostgreSQL, which the driver does not read.
    @Test
    func sumsAreWholeNumbers() throws {
        for (file, line, text) in try sources() where text.firstRange(of: #/\bsum\(\w+\)/#) != nil {
            #expect(
                text.contains("CAST(") || text.contains(" OVER "),
                "\(file):\(line) reads a sum: write CAST(sum(…) AS INTEGER): \(text)")
        }
    }

    /// The lines of the sources of `RelaySQL` that are no comments.
    private func sources() throws -> [(file: String, line: Int, text: String)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources/RelaySQL")
        let files = FileManager.default.subpaths(atPath: root.path) ?? []
        try #require(files.contains { $0.hasSuffix(".swift") })
        var lines: [(file: String, line: Int, text: String)] = []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
            let all = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for (index, line) in all.enumerated() where !line.drop(while: { $0 == " " }).hasPrefix("//") {
                lines.append((file, index + 1, line))
            }
        }
        return lines
    }
}

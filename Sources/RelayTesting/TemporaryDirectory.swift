package import Foundation

/// A directory that is deleted, with everything in it, together with this object.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    /// - Parameter files: by their paths from the directory, with their texts.
    package init(files: [String: String] = [:]) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (name, text) in files { try write(text, to: name) }
    }

    deinit { remove() }

    package var path: String { url.path }

    /// The path of something in it.
    package func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Writes a file, and makes the directories that it needs.
    package func write(_ text: String, to name: String) throws {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// The text of a file.
    package func text(_ name: String) throws -> String {
        try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
    }

    /// The names of what is in it, sorted.
    package var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// The paths of everything in it, directories included, sorted.
    package var subpaths: [String] { (FileManager.default.subpaths(atPath: path) ?? []).sorted() }

    package func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    /// Deletes it now.
    package func remove() { try? FileManager.default.removeItem(at: url) }
}

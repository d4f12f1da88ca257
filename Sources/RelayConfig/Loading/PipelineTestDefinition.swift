internal import RelayCore

/// One element of a list of tests, and what it may refer to.
package struct PipelineTestDefinition: Sendable {
    /// The test as it is written.
    package let node: ConfigNode
    /// The file as the caller would write it.
    package let file: String
    /// Where it begins in the file, from 1.
    package let line: Int
    /// What it tests.
    package let pipeline: PipelineDefinition
    private let directory: String

    init(_ node: ConfigNode, pipeline: PipelineDefinition, directory: String) {
        self.node = node
        self.pipeline = pipeline
        self.directory = directory
        file = node.origin.path
        line = node.place.line
    }

    /// Reads a file that the test names, by its path from the test's own folder; at most 8 MiB.
    /// - Throws: why not, as a mistake in the value that names it.
    package func contents(of node: ConfigNode) throws -> [UInt8] {
        let path = try node.text(expected: "the path of a file")
        do throws(FileError) {
            return try BoundedFileReader.read(BoundedFileReader.absolute(path, from: directory), maximum: 8 << 20)
        } catch {
            let help = error.isMissing ? "paths are relative to the folder of this file" : nil
            throw node.issues("\(node.shown) \(error.message)", help: help, code: .unreadableFile)
        }
    }
}

/// Mistakes of several things, thrown together.
package enum ValueIssuesCollection {
    /// Runs a body for each element and throws everything that was wrong together.
    package static func collect<Element, Result>(
        _ elements: some Sequence<Element>,
        _ body: (Element) throws -> Result
    ) throws -> [Result] {
        try ValueIssuesError.collect(elements, body)
    }
}

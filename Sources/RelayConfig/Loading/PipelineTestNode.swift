internal import RelayCore

/// One element of a list of tests, and what it may refer to.
package struct PipelineTestNode: Sendable {
    /// The test as it is written.
    package let node: ConfigNode
    /// The path of the file, relative to the same directory as the path that the caller passed.
    package let file: String
    /// The line where the test begins, from 1.
    package let line: Int
    /// The pipeline under test.
    package let pipeline: PipelineDefinition
    private let directory: String

    init(_ node: ConfigNode, pipeline: PipelineDefinition, directory: String) {
        self.node = node
        self.pipeline = pipeline
        self.directory = directory
        file = node.origin.path
        line = node.location.line
    }

    /// Reads a file that the test names, relative to the test's own folder; at most 8 MiB.
    /// - Throws: a mistake in the value that names the file, when the file cannot be read.
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

/// Collects the mistakes of several values and throws them together.
package enum ValueIssuesCollection {
    /// Runs a closure for each element and throws all mistakes together.
    package static func collect<Element, Result>(
        _ elements: some Sequence<Element>,
        _ body: (Element) throws -> Result
    ) throws -> [Result] {
        try ValueIssuesError.collect(elements, body)
    }
}

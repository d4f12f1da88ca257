/// A file to which a destination appends.
package struct OutputFile: Sendable, Hashable {
    /// The absolute path.
    package let path: String
    /// How many renamed files are kept beside it, as `PATH.1`, `PATH.2` …
    package let rotatedFiles: Int

    package init(path: String, rotatedFiles: Int) {
        self.path = path
        self.rotatedFiles = rotatedFiles
    }
}

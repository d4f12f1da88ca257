/// Reads the files of a configuration.
struct ConfigurationFileReader: Sendable {
    /// Contents that replace the file at one path.
    private var text: (path: String, contents: String, title: String)?

    static let disk = ConfigurationFileReader()

    /// A reader that returns `contents` for the file at an absolute path, and reads all other files from disk.
    /// - Parameter title: the file name to report for the contents.
    static func text(_ contents: String, path: String, title: String) -> ConfigurationFileReader {
        ConfigurationFileReader(text: (path, contents, title))
    }

    /// - Parameter maximum: in bytes; a larger file is an error.
    func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
        if let text, text.path == path { return Array(text.contents.utf8) }
        return try BoundedFileReader.read(path, maximum: maximum)
    }

    /// The file name of replaced contents; nil for a file on disk.
    func title(of path: String) -> String? {
        text?.path == path ? text?.title : nil
    }
}

/// Where the files of a configuration are read from.
struct ConfigurationFileReader: Sendable {
    /// Instead of what is on disk, for one path.
    private var text: (path: String, contents: String, title: String)?

    static let disk = ConfigurationFileReader()

    /// One text that stands for the file at an absolute path; everything else is on disk.
    /// - Parameter title: the name of which it is the file.
    static func text(_ contents: String, path: String, title: String) -> ConfigurationFileReader {
        ConfigurationFileReader(text: (path, contents, title))
    }

    /// - Parameter maximum: in bytes; a longer file is an error.
    func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
        if let text, text.path == path { return Array(text.contents.utf8) }
        return try BoundedFileReader.read(path, maximum: maximum)
    }

    /// The name of which a file is, when it is not its own.
    func title(of path: String) -> String? {
        text?.path == path ? text?.title : nil
    }
}

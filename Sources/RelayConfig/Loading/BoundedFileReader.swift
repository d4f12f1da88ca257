internal import Glibc
internal import RelayCore

/// The reason why a file or a folder cannot be used, as a phrase that follows its name.
struct FileError: Error {
    var message: String
    /// Whether the file or folder does not exist.
    var isMissing = false
}

/// Small files, read at start and at reload.
enum BoundedFileReader {
    /// - Parameter maximum: in bytes; a longer file is an error.
    static func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(message: "is a folder, not a file") }
        var bytes: [UInt8] = []
        while true {
            var end = false
            var code: CInt = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
                let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                code = result < 0 ? errno : 0
                end = result == 0
                count = max(0, result)
            }
            if code == EINTR { continue }
            if code != 0 { throw failure(code) }
            if end { return bytes }
            bytes += chunk
            guard bytes.count <= maximum else {
                throw FileError(message: "is larger than \(QuantitySyntax.sizeText(maximum))")
            }
        }
    }

    /// The reason why a file cannot be accessed, as a phrase that follows its name; nil when it exists.
    static func missing(_ path: String) -> String? {
        access(path, F_OK) == 0 ? nil : failure().message
    }

    /// Returns the sorted names of the files in a folder, without hidden files.
    static func list(_ path: String) throws(FileError) -> [String] {
        do throws(SystemCallError) {
            return try SystemDirectory(path).names().filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            throw failure(error.code)
        }
    }

    /// Resolves a path against `directory`, removing `.` and `..` components.
    static func absolute(_ path: String, from directory: String) -> String {
        let full = path.hasPrefix("/") ? path : directory + "/" + path
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." {
                _ = parts.popLast()
            } else {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }

    static var currentDirectory: String {
        guard let path = getcwd(nil, 0) else { return "/" }
        defer { free(path) }
        return String(cString: path)
    }

    private static func failure(_ code: CInt = errno) -> FileError {
        let error = SystemCallError(code)
        return FileError(message: "cannot be read: \(error)", isMissing: error.isMissing)
    }
}

import Glibc

/// A temporary file that cannot be made or written.
package struct TemporaryFileError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// A file that is deleted with this object.
package final class TemporaryFile: Sendable {
    package let path: String

    /// Writes a file with these bytes.
    package init(_ bytes: [UInt8] = []) throws {
        var template = Array("/tmp/zaphub-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw TemporaryFileError(description: "no temporary file") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw TemporaryFileError(description: "\(path) cannot be written") }
            written += count
        }
    }

    /// Creates a file of zeros with this size, which uses no disk space.
    package convenience init(of size: Int) throws {
        try self.init()
        resize(to: size)
    }

    deinit {
        unlink(path)
    }

    /// Truncates the file, or extends it with zeros.
    package func resize(to size: Int) {
        truncate(path, size)
    }
}

import Glibc

/// A file that is gone when a test lets go of it.
package final class TemporaryFile: Sendable {
    /// There was no place for it.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    package let path: String

    /// Writes a file with these bytes.
    package init(_ bytes: [UInt8] = []) throws {
        var template = Array("/tmp/zaphub-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw Failure(description: "no temporary file") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Failure(description: "\(path) cannot be written") }
            written += count
        }
    }

    /// Makes a file of so many zeros, which take no room on the disk.
    package convenience init(of size: Int) throws {
        try self.init()
        resize(to: size)
    }

    deinit {
        unlink(path)
    }

    /// Cuts it, or lengthens it by zeros.
    package func resize(to size: Int) {
        truncate(path, size)
    }
}

internal import Glibc

/// A `multipart/form-data` body (RFC 7578). A large one is written to a file, so that it uses no memory.
package final class MultipartFormBody: Sendable {
    package let contentType: String
    /// The body; empty when it is in ``file``.
    package let bytes: [UInt8]
    package let file: FileRangeRequestBody?
    /// The length of the body in bytes, in memory or in the file.
    package var length: Int64 { file?.length ?? Int64(bytes.count) }

    /// A body of at least this many bytes is written to a file.
    static let inMemory = 512 << 10

    fileprivate init(boundary: String, bytes: [UInt8], file: FileRangeRequestBody?) {
        contentType = "multipart/form-data; boundary=\(boundary)"
        self.bytes = bytes
        self.file = file
    }

    deinit {
        if let file { unlink(file.path) }
    }
}

/// Builds a form.
package struct MultipartFormBuilder: ~Copyable {
    /// The body cannot be written to its file.
    package struct WriteError: Error {
        package let message: String
    }

    private let boundary: String
    private let directory: String
    private var bytes: [UInt8] = []
    private var descriptor: Int32 = -1
    private var path: String?
    private var length: Int64 = 0

    /// - Parameters:
    ///   - directory: the directory for the file of a large body.
    package init(directory: String) {
        boundary = "zaphub-" + String(UInt64.random(in: .min ... .max), radix: 36)
        self.directory = directory
    }

    package mutating func append(field name: String, _ value: String) throws(WriteError) {
        try append(
            Array(
                "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8))
    }

    /// Begins a file; its bytes follow with ``append(_:)``, and then ``endFile()``.
    package mutating func beginFile(_ name: String, fileName: String, type: String) throws(WriteError) {
        let safe = fileName.replacing("\"", with: "%22").replacing("\r", with: " ").replacing("\n", with: " ")
        try append(
            Array(
                ("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(safe)\"\r\n"
                    + "Content-Type: \(type)\r\n\r\n").utf8))
    }

    package mutating func endFile() throws(WriteError) {
        try append(Array("\r\n".utf8))
    }

    package mutating func append(_ more: [UInt8]) throws(WriteError) {
        length += Int64(more.count)
        if descriptor < 0 {
            bytes += more
            guard bytes.count > MultipartFormBody.inMemory else { return }
            try spill()
        } else {
            try write(more)
        }
    }

    package consuming func finish() throws(WriteError) -> MultipartFormBody {
        try append(Array("--\(boundary)--\r\n".utf8))
        guard descriptor >= 0, let path else { return MultipartFormBody(boundary: boundary, bytes: bytes, file: nil) }
        close(descriptor)
        descriptor = -1
        self.path = nil
        return MultipartFormBody(boundary: boundary, bytes: [], file: FileRangeRequestBody(path: path, length: length))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if let path { unlink(path) }
    }

    private mutating func spill() throws(WriteError) {
        var template = Array("\(directory)/form-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        guard descriptor >= 0 else { throw WriteError(message: "\(directory) cannot be written: \(Self.error)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let begun = bytes
        bytes = []
        try write(begun)
    }

    private func write(_ more: [UInt8]) throws(WriteError) {
        var written = 0
        while written < more.count {
            let count = more[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw WriteError(message: "\(directory) cannot be written: \(Self.error)") }
            written += count
        }
    }

    private static var error: String { String(cString: strerror(errno)) }
}

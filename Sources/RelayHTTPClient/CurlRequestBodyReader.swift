import Glibc

/// The source of a request body that libcurl reads in pieces, when it cannot get the body as one buffer.
final class CurlRequestBodyReader {
    enum Content {
        case file(Int32, offset: Int64)
        case memory([UInt8])
    }

    /// The length in bytes.
    let length: Int64
    /// Why the body could not be read, as text; nil when no error occurred.
    private(set) var problem: String?
    private let content: Content
    private var position: Int64 = 0

    init(_ bytes: [UInt8]) {
        content = .memory(bytes)
        length = Int64(bytes.count)
    }

    /// - Throws: `.invalidRequest` when the file does not contain the range, `.other` when it cannot be opened.
    init(_ file: FileRangeRequestBody) throws(HTTPClientError) {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let code = errno
            throw HTTPClientError(
                code: .other,
                message: "the file to send cannot be opened: \(errnoText(code))",
                networkCode: errnoName(code)
            )
        }
        content = .file(descriptor, offset: file.offset)
        length = file.length
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        guard isFile, file.offset >= 0, file.length >= 0, Int64(status.st_size) - file.offset >= file.length else {
            throw HTTPClientError(
                code: .invalidRequest,
                message: isFile
                    ? "the file to send has \(status.st_size) bytes, not \(file.length) from byte \(file.offset) on"
                    : "what is to be sent is not a file"
            )
        }
    }

    deinit {
        if case .file(let descriptor, _) = content { close(descriptor) }
    }

    /// Copies the next bytes; 0 at the end, nil when reading fails.
    func read(into target: UnsafeMutableRawPointer, _ capacity: Int) -> Int? {
        let count = Int(min(Int64(capacity), length - position))
        guard count > 0 else { return 0 }
        switch content {
        case .memory(let bytes):
            bytes.withUnsafeBytes { source in
                guard let base = source.baseAddress else { return }
                target.copyMemory(from: base + Int(position), byteCount: count)
            }
            position += Int64(count)
            return count
        case .file(let descriptor, let offset):
            var got = -1
            repeat { got = pread(descriptor, target, count, Int(offset + position)) } while got < 0 && errno == EINTR
            guard got > 0 else {
                problem =
                    got == 0
                    ? "the file to send became shorter while it was sent"
                    : "the file to send could not be read: \(errnoText(errno))"
                return nil
            }
            position += Int64(got)
            return got
        }
    }

    /// Moves to a position in the body, for a request that is sent again.
    func seek(to place: Int64) -> Bool {
        guard (0...length).contains(place) else { return false }
        position = place
        return true
    }
}

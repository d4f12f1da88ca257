internal import Glibc

/// What makes a file the same under another name. The system gives the numbers of a deleted file to new ones.
struct FileIdentity: Sendable, Hashable {
    let device: UInt
    let inode: UInt

    init(device: UInt, inode: UInt) {
        self.device = device
        self.inode = inode
    }

    init(_ status: stat) {
        self.init(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }
}

/// A file that is open for reading. It is closed when the last reference to it is released.
final class SourceFile: Sendable {
    private let descriptor: Int32
    let path: String
    let identity: FileIdentity

    /// - Returns: nil when there is no file of this path.
    init?(path: String) throws(SourceReadError) {
        // Non-blocking, because opening a named pipe would otherwise wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last(path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SourceReadError(description: "\(path) is no regular file")
        }
        self.descriptor = descriptor
        self.path = path
        identity = FileIdentity(status)
    }

    deinit {
        close(descriptor)
    }

    var size: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// When it was last written, in milliseconds since 1970.
    var modifiedAt: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.modifiedAt / 1_000_000 : 0
    }

    /// Reads bytes from an offset, up to a limit; empty at the end of the file.
    func read(at offset: Int64, atMost limit: Int) throws(SourceReadError) -> [UInt8] {
        var failure: SourceReadError?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var result = pread(descriptor, buffer.baseAddress, limit, off_t(offset))
            while result < 0, errno == EINTR { result = pread(descriptor, buffer.baseAddress, limit, off_t(offset)) }
            if result < 0 { failure = .last(path) }
            count = max(0, result)
        }
        if let failure { throw failure }
        return bytes
    }

    /// The bytes at the start and before a position; nil when the file is shorter.
    func window(before position: Int64) throws(SourceReadError) -> FileFingerprintWindow? {
        let count = Int(min(position, Int64(FileFingerprint.span)))
        guard count > 0 else { return position == 0 ? FileFingerprintWindow() : nil }
        let head = try read(at: 0, atMost: count)
        let tail = try read(at: position - Int64(count), atMost: count)
        guard head.count == count, tail.count == count else { return nil }
        return FileFingerprintWindow(head: head, tail: tail)
    }

    /// The number of line breaks before a position.
    func lineCount(before position: Int64) throws(SourceReadError) -> Int {
        var count = 0
        var offset: Int64 = 0
        while offset < position {
            let bytes = try read(at: offset, atMost: Int(min(256 * 1024, position - offset)))
            guard !bytes.isEmpty else { break }
            count += bytes.count { $0 == UInt8(ascii: "\n") }
            offset += Int64(bytes.count)
        }
        return count
    }

    /// The file at a path, without opening it; nil when there is none.
    static func identity(path: String) -> FileIdentity? {
        var status = stat()
        return stat(path, &status) == 0 ? FileIdentity(status) : nil
    }
}

extension stat {
    /// When the file was last written, in nanoseconds since 1970.
    var modifiedAt: Int64 { Int64(st_mtim.tv_sec) * 1_000_000_000 + Int64(st_mtim.tv_nsec) }
}

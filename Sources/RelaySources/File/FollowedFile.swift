internal import Glibc
internal import RelayCore

/// Reads a file from its beginning, and then the data appended to it, like `tail -F`. The file may be missing at first,
/// be truncated, or be replaced by another file of the same name.
struct FollowedFile: LineInput {
    private static let chunkSize = 256 * 1024
    private static let pollInterval = Duration.milliseconds(500)

    let path: String
    let clock: any RelayClock
    private let position: FileReadingPosition?
    private var file: ReadOnlyFile?
    private var offset: Int64 = 0

    init(path: String, position: FileReadingPosition?, clock: any RelayClock) {
        self.path = path
        self.position = position
        self.clock = clock
    }

    mutating func next() async throws -> LineInputChunk {
        while true {
            try Task.checkCancellation()
            if let chunk = try step() { return chunk }
            try await clock.sleep(until: clock.now + Self.pollInterval)
        }
    }

    mutating func stored(unfinished: Int) {
        guard let file else { return }
        position?.keep(offset - Int64(unfinished), device: file.identity.device, inode: file.identity.inode)
    }

    /// Returns the next chunk; nil when there is no new data.
    private mutating func step() throws(SourceReadError) -> LineInputChunk? {
        guard let file else {
            guard let opened = try ReadOnlyFile(path: path) else { return nil }
            self.file = opened
            offset = 0
            if let kept = position?.offset(device: opened.identity.device, inode: opened.identity.inode),
                let size = opened.size, kept <= size
            {
                offset = Int64(lseek(opened.descriptor, Int(kept), SEEK_SET))
            }
            return .restart
        }
        let bytes = try FileDescriptorReader.read(file.descriptor, atMost: Self.chunkSize, of: path)
        if !bytes.isEmpty {
            offset += Int64(bytes.count)
            return .bytes(bytes)
        }
        if let size = file.size, size < offset {
            lseek(file.descriptor, 0, SEEK_SET)
            offset = 0
            return .restart
        }
        if let current = ReadOnlyFile.identity(path: path), current != file.identity {
            // The old file has been read to its end.
            self.file = nil
            return try step()
        }
        return nil
    }
}

/// A file that is open for reading. It is closed when the last reference to it is released.
private final class ReadOnlyFile: Sendable {
    struct Identity: Equatable {
        let device: UInt
        let inode: UInt
    }

    let descriptor: Int32
    let identity: Identity

    /// Returns nil when the file does not exist.
    init?(path: String) throws(SourceReadError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
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
        identity = Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }

    deinit {
        close(descriptor)
    }

    var size: Int64? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : nil
    }

    static func identity(path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }
}

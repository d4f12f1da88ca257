internal import Glibc
internal import RelayCore

/// An open file, closed when the object is released. Reads and writes take an offset, so that callers share only the
/// descriptor. All calls block.
final class RandomAccessFile: Sendable {
    let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Creates a new file that only its owner may access.
    static func create(_ path: String) throws(MediaError) -> RandomAccessFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw MediaError(system: errno, "cannot create", path) }
        return RandomAccessFile(path: path, descriptor: descriptor)
    }

    /// Opens a file for reading; nil when it does not exist.
    static func existing(_ path: String) throws(MediaError) -> RandomAccessFile? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw MediaError(system: errno, "cannot open", path) }
        return RandomAccessFile(path: path, descriptor: descriptor)
    }

    /// The size in bytes.
    func size() throws(MediaError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw MediaError(system: errno, "cannot look at", path) }
        return Int64(status.st_size)
    }

    /// Reads until the buffer is full or the file ends. Returns the number of bytes read.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(MediaError) -> Int {
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let step = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(count))
            if step < 0, errno == EINTR { continue }
            guard step >= 0 else { throw MediaError(system: errno, "cannot read", path) }
            if step == 0 { break }
            count += step
        }
        return count
    }

    /// Writes all bytes.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(MediaError) {
        var count = 0
        while count < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
            let step = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(count))
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw MediaError(system: step < 0 ? errno : ENOSPC, "cannot write", path) }
            count += step
        }
    }

    /// Syncs the file: what was written before survives a power failure.
    func sync() throws(MediaError) {
        guard fsync(descriptor) == 0 else { throw MediaError(system: errno, "cannot sync", path) }
    }

    /// Takes an exclusive lock until the file is closed. False when another process holds it.
    func lock() throws(MediaError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw MediaError(system: errno, "cannot lock", path) }
        return false
    }

    /// Whether the file has been deleted.
    func isDeleted() throws(MediaError) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw MediaError(system: errno, "cannot look at", path) }
        return status.st_nlink == 0
    }
}

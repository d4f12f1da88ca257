internal import Glibc
internal import RelayCore

/// A file of the relay's own, closed with the object. Reads and writes say where, so that nothing is shared but the
/// descriptor. All of it blocks.
final class PositionalFile: Sendable {
    let path: String
    private let descriptor: Int32

    private init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Makes a new file that only its owner may read.
    static func create(_ path: String) throws(MediaError) -> PositionalFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw MediaError(system: errno, "cannot create", path) }
        return PositionalFile(path: path, descriptor: descriptor)
    }

    /// Opens a file for reading; nil when it is not there.
    static func existing(_ path: String) throws(MediaError) -> PositionalFile? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw MediaError(system: errno, "cannot open", path) }
        return PositionalFile(path: path, descriptor: descriptor)
    }

    /// Bytes.
    func size() throws(MediaError) -> Int64 {
        var figures = stat()
        guard fstat(descriptor, &figures) == 0 else { throw MediaError(system: errno, "cannot look at", path) }
        return Int64(figures.st_size)
    }

    /// Reads until the buffer is full or the file ends. Returns how many bytes that were.
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

    /// Returns when what was written would survive a power cut.
    func sync() throws(MediaError) {
        guard fsync(descriptor) == 0 else { throw MediaError(system: errno, "cannot sync", path) }
    }

    /// Keeps others from doing the same until the file is closed. False when somebody does already.
    func lock() throws(MediaError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw MediaError(system: errno, "cannot lock", path) }
        return false
    }

    /// Whether somebody has deleted it.
    func isDeleted() throws(MediaError) -> Bool {
        var figures = stat()
        guard fstat(descriptor, &figures) == 0 else { throw MediaError(system: errno, "cannot look at", path) }
        return figures.st_nlink == 0
    }
}

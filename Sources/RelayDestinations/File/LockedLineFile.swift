internal import Glibc
internal import RelayCore
internal import RelayJSON

/// Why a file cannot be used; the text follows the file's name.
struct OutputFileError: Error {
    let message: String

    init(_ message: String) { self.message = message }

    /// - Parameter code: the value of `errno`.
    init(_ what: String, _ code: CInt) {
        let advice =
            switch code {
            case ENOSPC, EDQUOT: "; free some space on the disk"
            case EACCES, EPERM: "; let the relay's user write there"
            case EROFS: "; choose a path that can be written"
            default: ""
            }
        message = "\(what): \(String(cString: strerror(code)))\(advice)"
    }
}

/// An open file of lines. It is locked for this process and ends with a complete line.
final class LockedLineFile {
    /// The maximum length of an incomplete line in bytes, far above the limit of a body.
    private static let longestLine = 16 << 20

    private let path: String
    private let descriptor: CInt
    /// The size in bytes.
    private(set) var size: Int
    /// The number of bytes of an incomplete line that were removed.
    private(set) var cut = 0
    let changedAt: Timestamp

    /// Opens the file; creates it and its parent directories when they do not exist.
    init(_ path: String) throws(OutputFileError) {
        self.path = path
        let folder = Self.folder(of: path)
        if access(folder, F_OK) != 0 { try Self.make(folder) }
        // Non-blocking, because opening a named pipe would otherwise wait for its reader.
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw OutputFileError("cannot be opened", errno) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        size = Int(status.st_size)
        changedAt = Timestamp(seconds: Int64(status.st_mtim.tv_sec))
        // All properties are set, so after an error `deinit` closes the file.
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
            throw OutputFileError("is no regular file; choose another path")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw OutputFileError("is being written by another process; choose another path")
        }
        if size == 0 { try Self.syncFolder(of: path) }
        try mend()
    }

    deinit { close(descriptor) }

    /// Whether the path still refers to this file.
    var isAtItsPath: Bool {
        var (here, there) = (stat(), stat())
        guard fstat(descriptor, &here) == 0, stat(path, &there) == 0 else { return false }
        return here.st_dev == there.st_dev && here.st_ino == there.st_ino && Int(here.st_size) == size
    }

    /// Appends bytes and syncs them. After an error the file is restored to its previous size, if the disk permits.
    func append(_ bytes: [UInt8]) throws(OutputFileError) {
        guard !bytes.isEmpty else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest.removeFirst(count)
            } else if errno != EINTR {
                let code = errno
                ftruncate(descriptor, off_t(size))
                throw OutputFileError("cannot be written", code)
            }
        }
        guard fdatasync(descriptor) == 0 else {
            let code = errno
            ftruncate(descriptor, off_t(size))
            throw OutputFileError("cannot be synced to the disk", code)
        }
        size += bytes.count
    }

    /// Syncs the directory, so that new and changed file names are durable.
    static func syncFolder(of path: String) throws(OutputFileError) {
        let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OutputFileError("has a folder that cannot be opened", errno) }
        defer { close(descriptor) }
        // Some file systems cannot sync a directory, and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw OutputFileError("has a folder that cannot be synced to the disk", errno)
        }
    }

    /// Creates a directory and its parents.
    private static func make(_ folder: String) throws(OutputFileError) {
        if mkdir(folder, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, folder.contains("/"), folder != "/" else {
            throw OutputFileError("has no folder, and it cannot be made", errno)
        }
        try make(Self.folder(of: folder))
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else {
            throw OutputFileError("has no folder, and it cannot be made", errno)
        }
        try syncFolder(of: folder)
    }

    private static func folder(of path: String) -> String {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return folder.isEmpty ? "/" : folder
    }
}

// MARK: - The end of the file

extension LockedLineFile {
    /// Makes sure that the file ends with a complete line.
    ///
    /// An incomplete line was never reported as delivered, so its delivery is written again. The line is removed, and
    /// readers never see it. A line of complete JSON that lacks only its line break gets one. A file that contains no
    /// JSON lines is not changed, so that a wrong path in the configuration destroys no data.
    private func mend() throws(OutputFileError) {
        guard size > 0 else { return }
        guard let first = try read(0..<1).first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            throw OutputFileError("is there already and has no JSON lines in it; choose another path, or move it away")
        }
        let tail = try tail()
        guard !tail.isEmpty else { return }
        if (try? JSON(parsing: tail)) != nil {
            try append([UInt8(ascii: "\n")])
            return
        }
        guard ftruncate(descriptor, off_t(size - tail.count)) == 0, fdatasync(descriptor) == 0 else {
            throw OutputFileError("ends in the middle of a line, which cannot be cut off", errno)
        }
        cut = tail.count
        size -= tail.count
    }

    /// The bytes after the last line break.
    private func tail() throws(OutputFileError) -> [UInt8] {
        var tail: [UInt8] = []
        while tail.count < size {
            let end = size - tail.count
            let part = try read(max(0, end - 65_536)..<end)
            if let lineBreak = part.lastIndex(of: UInt8(ascii: "\n")) {
                return Array(part[(lineBreak + 1)...]) + tail
            }
            tail = part + tail
            guard tail.count <= Self.longestLine else {
                throw OutputFileError("has no lines in it; choose another path, or move it away")
            }
        }
        return tail
    }

    private func read(_ range: Range<Int>) throws(OutputFileError) -> [UInt8] {
        var code: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            let result = pread(descriptor, buffer.baseAddress, buffer.count, off_t(range.lowerBound))
            code = result < 0 ? errno : 0
            count = max(0, result)
        }
        guard code == 0, bytes.count == range.count else {
            throw OutputFileError("cannot be read", code == 0 ? EIO : code)
        }
        return bytes
    }
}

internal import Glibc

/// A directory of the file system. Every call blocks.
package struct SystemDirectory: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The directory that a file or a directory lies in; `.` for a name without a directory.
    package init(containing path: String) {
        let end = path.lastIndex { $0 != "/" } ?? path.startIndex
        guard let slash = path[..<end].lastIndex(of: "/") else {
            self.path = path.hasPrefix("/") ? "/" : "."
            return
        }
        let parent = path[..<slash]
        self.path = parent.isEmpty ? "/" : String(parent)
    }

    /// Makes the directory and all above it, where there are none. What is new is for its owner alone (0700).
    package func create() throws(SystemCallError) {
        var end = path.startIndex
        while end < path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            guard mkdir(part, 0o700) != 0 else { continue }
            let code = errno
            // Other errors than EEXIST also come from directories that are there, such as on a read-only file system.
            guard Self.isDirectory(part) else { throw SystemCallError(code == EEXIST ? ENOTDIR : code) }
        }
    }

    /// Makes the directory in one that is there, for its owner alone (0700).
    /// - Returns: whether it is new.
    package func createOne() throws(SystemCallError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw SystemCallError(errno) }
        return false
    }

    /// Writes new and changed names through to the disk. A file system that cannot sync a directory need not.
    package func sync() throws(SystemCallError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError(errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemCallError(errno) }
    }

    /// The names in the directory, in no order, without `.` and `..`.
    package func names() throws(SystemCallError) -> [String] {
        guard let handle = opendir(path) else { throw SystemCallError(errno) }
        defer { closedir(handle) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(handle) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw SystemCallError(errno) }
        return names
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// Why the operating system refused a call.
package struct SystemCallError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The call's `errno`.
    package let code: Int32

    package init(_ code: Int32) {
        self.code = code
    }

    /// Whether there is nothing of that name.
    package var isMissing: Bool { code == ENOENT }

    package var description: String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}

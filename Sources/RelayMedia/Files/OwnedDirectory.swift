internal import Foundation
internal import Glibc
internal import RelayCore

/// Operations on the relay's own directories. All calls block.
enum OwnedDirectory {
    /// Creates a directory and its parents unless they exist, accessible to their owner only.
    static func create(_ path: String) throws(MediaError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw MediaError(
                .storage,
                "cannot create the directory \(path): \(error.localizedDescription); create it, or name another one"
            )
        }
    }

    /// Creates one directory in an existing directory. Returns whether it is new.
    static func createOne(_ path: String) throws(MediaError) -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw MediaError(system: errno, "cannot create", path) }
        return false
    }

    /// Syncs a directory, so that new and changed file names are durable.
    static func sync(_ path: String) throws(MediaError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw MediaError(system: errno, "cannot open", path) }
        defer { close(descriptor) }
        // Some file systems cannot sync a directory, and need not.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw MediaError(system: errno, "cannot sync", path) }
    }

    /// The names in a directory, unordered; empty when the directory does not exist.
    static func names(in path: String) throws(MediaError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw MediaError(system: errno, "cannot list", path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw MediaError(system: errno, "cannot list", path) }
        return names
    }

    /// The size and modification time of a file; nil when it does not exist.
    static func figures(of path: String) throws(MediaError) -> (size: Int64, changedAt: Timestamp)? {
        var figures = stat()
        guard lstat(path, &figures) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw MediaError(system: errno, "cannot look at", path)
        }
        let time = figures.st_mtim
        return (
            Int64(figures.st_size),
            Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        )
    }

    /// Sets the modification time of a file.
    static func touch(_ path: String, at moment: Timestamp) throws(MediaError) {
        let milliseconds = Int(moment.milliseconds - moment.seconds * 1000)
        let time = timespec(tv_sec: time_t(moment.seconds), tv_nsec: milliseconds * 1_000_000)
        let times = [time, time]
        guard utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw MediaError(system: errno, "cannot change the time of", path)
        }
    }

    /// Deletes a file. Returns whether it existed.
    static func remove(_ path: String) throws(MediaError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT else { throw MediaError(system: errno, "cannot delete", path) }
        return false
    }
}

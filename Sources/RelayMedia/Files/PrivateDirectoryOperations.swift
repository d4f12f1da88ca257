internal import Glibc
internal import RelayCore

/// Operations on the relay's own directories. All calls block.
enum PrivateDirectoryOperations {
    /// Creates a directory and its parents unless they exist, accessible to their owner only.
    static func create(_ path: String) throws(MediaError) {
        do throws(SystemCallError) {
            try SystemDirectory(path).create()
        } catch {
            throw MediaError(
                .storage, "cannot create the directory \(path): \(error); create it, or name another one")
        }
    }

    /// Creates one directory in an existing directory. Returns whether it is new.
    static func createOne(_ path: String) throws(MediaError) -> Bool {
        do throws(SystemCallError) {
            return try SystemDirectory(path).createOne()
        } catch {
            throw MediaError(system: error.code, "cannot create", path)
        }
    }

    /// Syncs a directory, so that new and changed file names are durable.
    static func sync(_ path: String) throws(MediaError) {
        do throws(SystemCallError) {
            try SystemDirectory(path).sync()
        } catch {
            throw MediaError(system: error.code, "cannot sync", path)
        }
    }

    /// The names in a directory, unordered; empty when the directory does not exist.
    static func names(in path: String) throws(MediaError) -> [String] {
        do throws(SystemCallError) {
            return try SystemDirectory(path).names()
        } catch {
            if error.isMissing { return [] }
            throw MediaError(system: error.code, "cannot list", path)
        }
    }

    /// Size and last change of a file; nil when it is not there.
    static func attributes(of path: String) throws(MediaError) -> (size: Int64, changedAt: Timestamp)? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw MediaError(system: errno, "cannot look at", path)
        }
        let time = status.st_mtim
        return (
            Int64(status.st_size),
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

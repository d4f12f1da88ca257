/// A file system cannot be mounted.
package struct SmallFileSystemError: Error, Sendable {
    /// The exit status of `mount`.
    package let status: Int32
}

/// A small file system in memory, which is unmounted with this object. Tests fill it to see what a full disk does.
package final class SmallFileSystem: Sendable {
    package let directory: TemporaryDirectory

    /// Whether this process may mount. Most may not; then there is nothing to test with.
    package static let isPermitted = (try? SmallFileSystem(size: "1m")) != nil

    /// - Parameter size: as `mount` takes it, e.g. `8m`.
    package init(size: String) throws {
        directory = try TemporaryDirectory()
        let status = try ChildProcess.run(
            "/usr/bin/mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", directory.path)
        guard status == 0 else { throw SmallFileSystemError(status: status) }
    }

    deinit {
        _ = try? ChildProcess.run("/usr/bin/umount", "-l", directory.path)
    }
}

internal import Glibc
package import RelayCore

/// The directory of the store's file, and files in it.
package enum StoreFileDirectory {
    /// Makes the directory of a file, for its owner alone, where there is none.
    package static func create(containing path: String) throws(StoreError) {
        let directory = SystemDirectory(containing: path)
        do throws(SystemCallError) {
            try directory.create()
        } catch {
            throw StoreError(
                .unavailable,
                "cannot create the directory \(directory.path): \(error); create it, or change store.url")
        }
    }

    /// Writes a new name in a directory through to the disk, where the file system can.
    package static func sync(containing path: String) {
        try? SystemDirectory(containing: path).sync()
    }

    /// Makes an empty file that only its owner may read, unless it is there.
    package static func createFile(_ path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(.unavailable, "cannot open the store's file \(path): \(SystemCallError(errno))")
        }
        close(file)
        sync(containing: path)
    }

    /// Bytes that the file system of a file has free for this process.
    package static func freeBytes(at path: String) -> Int {
        var status = statvfs()
        guard statvfs(SystemDirectory(containing: path).path, &status) == 0 else { return 0 }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}

internal import Foundation
internal import Glibc
internal import RelayCore

/// Directories of files that are the store's own.
enum StoreDirectory {
    static func of(_ path: String) -> String {
        let directory = (path as NSString).deletingLastPathComponent
        return directory.isEmpty ? "." : directory
    }

    /// Makes the directory of a file, for its owner alone, where there is none.
    static func create(containing path: String) throws(StoreError) {
        let directory = of(path)
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StoreError(
                .unavailable,
                """
                cannot create the directory \(directory): \(error.localizedDescription); create it, or change store.url
                """
            )
        }
    }

    /// Writes a new name in a directory through to the disk, where the file system can.
    static func sync(containing path: String) {
        let file = open(of(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { return }
        fsync(file)
        close(file)
    }

    /// Makes an empty file that only its owner may read, unless it is there.
    static func createFile(_ path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(.unavailable, "cannot open the store's file \(path): \(String(cString: strerror(errno)))")
        }
        close(file)
        sync(containing: path)
    }

    /// Bytes that the file system of a file has free for this process.
    static func freeBytes(at path: String) -> Int {
        var figures = statvfs()
        guard statvfs(of(path), &figures) == 0 else { return 0 }
        return Int(clamping: UInt64(figures.f_bavail) * UInt64(figures.f_frsize))
    }
}

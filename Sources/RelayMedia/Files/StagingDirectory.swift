internal import Glibc
package import RelayCore

/// A directory of this process for files that are written before a media store takes them over. Directories of killed
/// processes are removed when the next process creates its own. All calls block.
///
/// Next to each directory is a `.lock` file, which the process keeps locked while it runs. It is created before the
/// directory and removed after it.
package final class StagingDirectory: Sendable {
    package let path: String
    private let lock: RandomAccessFile

    /// - Parameter parent: where to create it; it is created with its parents when it does not exist.
    package init(in parent: String) throws(MediaError) {
        try PrivateDirectoryOperations.create(parent)
        try Self.removeLeftovers(in: parent)
        for _ in 0..<8 {
            let path = "\(parent)/\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 36))"
            let lock = try RandomAccessFile.create(path + ".lock")
            // Another starting process can take the lock file for a leftover before this process has locked it.
            guard try lock.lock(), try !lock.isDeleted() else { continue }
            _ = try PrivateDirectoryOperations.createOne(path)
            self.path = path
            self.lock = lock
            return
        }
        throw MediaError(.storage, "cannot make a directory in \(parent): other processes keep removing it")
    }

    deinit {
        try? Self.remove(path)
    }

    private static func removeLeftovers(in parent: String) throws(MediaError) {
        for name in Set(try PrivateDirectoryOperations.names(in: parent).map { $0.prefix { $0 != "." } }) {
            let path = "\(parent)/\(name)"
            // A leftover that cannot be inspected or removed does no harm.
            guard let lock = try? RandomAccessFile.existing(path + ".lock") else { continue }
            if (try? lock.lock()) == true { try? remove(path) }
        }
    }

    private static func remove(_ path: String) throws(MediaError) {
        for name in try PrivateDirectoryOperations.names(in: path) {
            _ = try PrivateDirectoryOperations.remove("\(path)/\(name)")
        }
        guard rmdir(path) == 0 || errno == ENOENT else { throw MediaError(system: errno, "cannot delete", path) }
        _ = try PrivateDirectoryOperations.remove(path + ".lock")
    }
}

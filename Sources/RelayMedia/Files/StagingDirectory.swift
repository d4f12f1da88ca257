internal import Glibc
package import RelayCore

/// Where files are written before a depot takes them over: a directory of this process's own. What killed processes left
/// in theirs is removed when the next one begins. All of it blocks.
///
/// Beside each lies a `.lock`, which the process holds while it lives; it comes before the directory and goes after it.
package final class StagingDirectory: Sendable {
    package let path: String
    private let lock: PositionalFile

    /// - Parameter parent: where to make it; it and all above it are made where there is none.
    package init(in parent: String) throws(MediaError) {
        try OwnedDirectory.create(parent)
        try Self.removeLeftovers(in: parent)
        for _ in 0..<8 {
            let path = "\(parent)/\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 36))"
            let lock = try PositionalFile.create(path + ".lock")
            // Another process that starts may take the lock for a leftover before it is held.
            guard try lock.lock(), try !lock.isDeleted() else { continue }
            _ = try OwnedDirectory.createOne(path)
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
        for name in Set(try OwnedDirectory.names(in: parent).map { $0.prefix { $0 != "." } }) {
            let path = "\(parent)/\(name)"
            // What cannot be looked at or removed is nobody's hindrance.
            guard let lock = try? PositionalFile.existing(path + ".lock") else { continue }
            if (try? lock.lock()) == true { try? remove(path) }
        }
    }

    private static func remove(_ path: String) throws(MediaError) {
        for name in try OwnedDirectory.names(in: path) { _ = try OwnedDirectory.remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw MediaError(system: errno, "cannot delete", path) }
        _ = try OwnedDirectory.remove(path + ".lock")
    }
}

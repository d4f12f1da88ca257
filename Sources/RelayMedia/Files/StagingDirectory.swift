internal import Glibc
public import RelayCore

/// Where files are written before a depot takes them over: a directory of this process's own. What killed processes left
/// in theirs is removed when the next one begins. All of it blocks.
///
/// Beside each lies a `.lock`, which the process holds while it lives; it comes before the directory and goes after it.
public final class StagingDirectory: Sendable {
    public let path: String
    private let lock: OpenFile

    /// - Parameter parent: where to make it; it and all above it are made where there is none.
    public init(in parent: String) throws(MediaFailure) {
        try Directory.create(parent)
        try Self.removeLeftovers(in: parent)
        for _ in 0..<8 {
            let path = "\(parent)/\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 36))"
            let lock = try OpenFile.create(path + ".lock")
            // Another process that starts may take the lock for a leftover before it is held.
            guard try lock.lock(), try !lock.isDeleted() else { continue }
            _ = try Directory.createOne(path)
            self.path = path
            self.lock = lock
            return
        }
        throw MediaFailure(.storage, "cannot make a directory in \(parent): other processes keep removing it")
    }

    deinit {
        try? Self.remove(path)
    }

    private static func removeLeftovers(in parent: String) throws(MediaFailure) {
        for name in Set(try Directory.names(in: parent).map { $0.prefix { $0 != "." } }) {
            let path = "\(parent)/\(name)"
            // What cannot be looked at or removed is nobody's hindrance.
            guard let lock = try? OpenFile.existing(path + ".lock") else { continue }
            if (try? lock.lock()) == true { try? remove(path) }
        }
    }

    private static func remove(_ path: String) throws(MediaFailure) {
        for name in try Directory.names(in: path) { _ = try Directory.remove("\(path)/\(name)") }
        guard rmdir(path) == 0 || errno == ENOENT else { throw MediaFailure(system: errno, "cannot delete", path) }
        _ = try Directory.remove(path + ".lock")
    }
}

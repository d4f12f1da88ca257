import Foundation
import Glibc

/// The directories of clusters. Their names have the process that has made them, so that those of a test run that was
/// killed are found and deleted. They are in memory where there is much of it, because every commit of a test syncs; else
/// in `/tmp`. The user `postgres` can enter both, and their short names leave room for that of a socket.
enum PostgresClusterDirectories {
    private static let parent = freeBytes(of: "/dev/shm") > 4 << 30 ? "/dev/shm" : "/tmp"
    private static let prefix = "zaphub-postgres-"

    /// Makes a directory, and deletes those of processes that have ended.
    static func make() throws -> String {
        for name in PostgresPrograms.names(in: parent) where name.hasPrefix(prefix) {
            let process = name.dropFirst(prefix.count).prefix { $0 != "-" }
            guard let number = Int32(process), kill(number, 0) != 0, errno == ESRCH else { continue }
            remove("\(parent)/\(name)")
        }
        let path = "\(parent)/\(prefix)\(getpid())-\(UUID().uuidString.prefix(8))"
        try PostgresPrograms.makeDirectory(path)
        return path
    }

    private static func freeBytes(of path: String) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return 0 }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

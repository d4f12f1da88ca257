internal import Glibc
internal import RelayCore
internal import Synchronization

/// The directory tree of a ``LocalMediaStore``: `ab/cd/abcd…` for each file. A file's modification time is the time
/// at which it was last stored or requested. All changes run on one thread, so that no file is deleted while it is
/// renewed. All calls block.
final class MediaFileTree: Sendable {
    /// A file in the tree.
    struct Entry: Sendable {
        let id: MediaID
        let size: Int64
        let keptAt: Timestamp
    }

    let root: String
    /// The maximum size of all files in bytes; nil: no limit.
    let quota: Int64?
    private let clock: any RelayClock
    private let usage = Mutex(Usage())

    init(root: String, quota: Int64?, clock: any RelayClock) {
        self.root = root
        self.quota = quota
        self.clock = clock
    }

    // MARK: Names

    func path(of id: MediaID) -> String { "\(directory(of: id))/\(id)" }

    private func directory(of id: MediaID) -> String {
        "\(root)/\(id.description.prefix(2))/\(id.description.dropFirst(2).prefix(2))"
    }

    /// The first two hexadecimal digits of the ids for which there are files.
    func sections() throws(MediaError) -> [String] {
        try PrivateDirectoryOperations.names(in: root).filter(Self.isLetterPair)
    }

    /// The files of one section.
    func entries(of section: String) throws(MediaError) -> [Entry] {
        var entries: [Entry] = []
        for directory in try PrivateDirectoryOperations.names(in: "\(root)/\(section)")
        where Self.isLetterPair(directory) {
            for name in try PrivateDirectoryOperations.names(in: "\(root)/\(section)/\(directory)") {
                guard name.hasPrefix(section + directory), let id = MediaID(name), let entry = try entry(id) else {
                    continue
                }
                entries.append(entry)
            }
        }
        return entries
    }

    private static func isLetterPair(_ name: String) -> Bool {
        name.utf8.count == 2 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private func entry(_ id: MediaID) throws(MediaError) -> Entry? {
        guard let (size, changedAt) = try PrivateDirectoryOperations.attributes(of: path(of: id)) else { return nil }
        return Entry(id: id, size: size, keptAt: changedAt)
    }

    // MARK: Changes

    /// Sets a file's modification time to now; nil when there is no such file.
    func renew(_ id: MediaID) throws(MediaError) -> StoredMedia? {
        guard let entry = try entry(id) else { return nil }
        try PrivateDirectoryOperations.touch(path(of: id), at: clock.wall)
        return StoredMedia(id: id, size: entry.size)
    }

    /// Puts a file that is synced already into its place, durably. It is moved or deleted, whatever comes of it.
    func store(_ path: String, as media: StoredMedia) throws(MediaError) {
        defer { unlink(path) }
        if let kept = try renew(media.id), kept.size == media.size { return }
        try makeRoom(for: media.size)
        try PrivateDirectoryOperations.touch(path, at: clock.wall)
        let directory = directory(of: media.id)
        try makeDirectory(directory)
        guard rename(path, "\(directory)/\(media.id)") == 0 else {
            throw MediaError(system: errno, "cannot move a file into", directory)
        }
        usage.withLock { $0.total += media.size }
        try PrivateDirectoryOperations.sync(directory)
    }

    private func makeDirectory(_ path: String) throws(MediaError) {
        let section = String(path.dropLast(3))
        if try PrivateDirectoryOperations.createOne(section) { try PrivateDirectoryOperations.sync(root) }
        if try PrivateDirectoryOperations.createOne(path) { try PrivateDirectoryOperations.sync(section) }
    }

    /// Deletes a file unless it was stored or requested after `entry` was read. Returns whether it was deleted.
    func remove(_ entry: Entry) throws(MediaError) -> Bool {
        guard try self.entry(entry.id)?.keptAt == entry.keptAt,
            try PrivateDirectoryOperations.remove(path(of: entry.id))
        else {
            return false
        }
        usage.withLock { $0.total -= entry.size }
        // Fails while there are others in it, which is as well.
        let directory = directory(of: entry.id)
        if rmdir(directory) == 0 { rmdir(String(directory.dropLast(3))) }
        return true
    }

    // MARK: The quota

    /// The known disk usage.
    private struct Usage {
        var total: Int64 = 0
        /// The oldest files at the time of the last scan, the oldest last.
        var oldest: [Entry] = []

        /// Keeps only this number of the oldest files.
        mutating func forgetNewest(_ count: Int) {
            oldest.sort { ($0.keptAt, $0.id.description) > ($1.keptAt, $1.id.description) }
            oldest.removeFirst(max(0, oldest.count - count))
        }
    }

    /// The number of oldest files to remember, so that one scan is sufficient for many deletions.
    private static let remembered = 4096

    /// Scans all files. Must be called once before ``place(_:as:)``.
    func count() throws(MediaError) {
        guard quota != nil else { return }
        var found = Usage()
        for section in try sections() {
            for entry in try entries(of: section) {
                found.total += entry.size
                found.oldest.append(entry)
            }
            if found.oldest.count >= 2 * Self.remembered { found.forgetNewest(Self.remembered) }
        }
        found.forgetNewest(Self.remembered)
        usage.withLock { $0 = found }
    }

    /// Deletes the oldest files until the quota permits a new file of this size.
    private func makeRoom(for size: Int64) throws(MediaError) {
        guard let quota else { return }
        guard size <= quota else {
            throw MediaError(.tooLarge, "the file has \(size) bytes, and the quota of all media is \(quota)")
        }
        var hasLooked = false
        while usage.withLock({ $0.total }) > quota - size {
            if let entry = usage.withLock({ $0.oldest.popLast() }) {
                _ = try remove(entry)
            } else if !hasLooked {
                try count()
                hasLooked = true
            } else {
                throw MediaError(.storageFull, "other processes fill \(root) as fast as this one makes room")
            }
        }
    }
}

internal import Crypto
public import RelayCore

/// Keeps files in a directory on this machine, each under the hash of its bytes.
///
/// A file is written beside the others, synced, and moved to its place, so that it is there whole or not at all. What a
/// killed process was writing is removed when the next one opens the directory.
public final class DirectoryDepot: MediaDepot {
    private let shelves: Shelves
    private let staging: StagingDirectory
    /// Reads and writes bytes.
    private let threads = FileThreads(name: "relay.media.files", width: 4)
    /// Changes what is there.
    private let keeper = FileThreads(name: "relay.media.keeper", width: 1)

    public var stagingDirectory: String { staging.path }

    /// Opens a directory, made with all above it where there is none.
    /// - Parameters:
    ///   - path: for its owner alone.
    ///   - quota: bytes of all files together; the oldest go when a new one would exceed it. Nil: as much as the disk has.
    /// - Throws: ``MediaFailure`` `.storage` when it cannot be made, read or written.
    public static func open(
        path: String,
        quota: Int64? = nil,
        clock: any RelayClock
    ) async throws(MediaFailure) -> DirectoryDepot {
        let shelves = Shelves(root: path, quota: quota, clock: clock)
        let keeper = FileThreads(name: "relay.media.opening", width: 1)
        let staging = try await keeper.run { () throws(MediaFailure) in
            let staging = try StagingDirectory(in: path + "/staging")
            // Else a power cut could take a new directory away with all that is in it.
            try? Directory.sync(path + "/..")
            try shelves.count()
            return staging
        }
        return DirectoryDepot(shelves: shelves, staging: staging)
    }

    private init(shelves: Shelves, staging: StagingDirectory) {
        self.shelves = shelves
        self.staging = staging
    }

    public func deposit(_ bytes: [UInt8]) async throws(MediaFailure) -> StoredMedia {
        let media = try await threads.run {
            StoredMedia(id: MediaID(digest: Array(SHA256.hash(data: bytes))), size: Int64(bytes.count))
        }
        if try await find(media.id) == media { return media }
        let directory = stagingDirectory
        let path = try await threads.run { () throws(MediaFailure) in
            let draft = try DraftFile(in: directory)
            try draft.append(bytes)
            return draft.handOver()
        }
        try await deposit(file: path, as: media)
        return media
    }

    public func deposit(file path: String, as media: StoredMedia) async throws(MediaFailure) {
        do throws(MediaFailure) {
            try await threads.run { () throws(MediaFailure) in try OpenFile.existing(path)?.sync() }
        } catch {
            _ = try? await threads.run { () throws(MediaFailure) in try Directory.remove(path) }
            throw error
        }
        let shelves = shelves
        try await keeper.run { () throws(MediaFailure) in try shelves.place(path, as: media) }
    }

    public func find(_ id: MediaID) async throws(MediaFailure) -> StoredMedia? {
        let shelves = shelves
        return try await keeper.run { () throws(MediaFailure) in try shelves.renew(id) }
    }

    public func open(
        _ id: MediaID,
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(MediaFailure) -> MediaContent {
        let path = shelves.path(of: id)
        let found = try await threads.run { () throws(MediaFailure) -> (file: OpenFile, size: Int64)? in
            guard let file = try OpenFile.existing(path) else { return nil }
            return (file, try file.size())
        }
        guard let found else {
            throw MediaFailure(.notStored, "\(id) is not stored: its retention is over, or it never was")
        }
        let range = bounds(found.size).clamped(to: 0..<found.size)
        let reader = RangeReader(found.file, range)
        let threads = threads
        let chunks = AsyncThrowingStream<[UInt8], any Error>(unfolding: {
            try await threads.run { () throws(MediaFailure) in try reader.next() }
        })
        return MediaContent(size: found.size, range: range, chunks: chunks)
    }

    public func sweep(before moment: Timestamp) async throws(MediaFailure) -> Int {
        let shelves = shelves
        var count = 0
        for section in try await threads.run({ () throws(MediaFailure) in try shelves.sections() }) {
            let entries = try await threads.run { () throws(MediaFailure) in try shelves.entries(of: section) }
            let old = entries.filter { $0.keptAt < moment }
            count += try await keeper.run { () throws(MediaFailure) in
                var count = 0
                for entry in old where try shelves.remove(entry) { count += 1 }
                return count
            }
        }
        return count
    }
}

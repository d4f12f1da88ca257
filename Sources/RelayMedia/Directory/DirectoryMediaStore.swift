internal import Crypto
package import RelayCore

/// Keeps files in a directory on this machine, each under the hash of its bytes.
///
/// A file is written beside the others, synced, and moved to its place, so that it is there whole or not at all. What a
/// killed process was writing is removed when the next one opens the directory.
package final class DirectoryMediaStore: MediaStore {
    private let shelves: MediaFileTree
    private let staging: StagingDirectory
    /// Reads and writes bytes.
    private let threads = FileThreadPool(name: "relay.media.files", width: 4)
    /// Changes what is there.
    private let keeper = FileThreadPool(name: "relay.media.keeper", width: 1)

    package var stagingDirectory: String { staging.path }

    /// Opens a directory, made with all above it where there is none.
    /// - Parameters:
    ///   - path: for its owner alone.
    ///   - quota: bytes of all files together; the oldest go when a new one would exceed it. Nil: as much as the disk has.
    /// - Throws: ``MediaError`` `.storage` when it cannot be made, read or written.
    package static func open(
        path: String,
        quota: Int64? = nil,
        clock: any RelayClock
    ) async throws(MediaError) -> DirectoryMediaStore {
        let shelves = MediaFileTree(root: path, quota: quota, clock: clock)
        let keeper = FileThreadPool(name: "relay.media.opening", width: 1)
        let staging = try await keeper.run { () throws(MediaError) in
            let staging = try StagingDirectory(in: path + "/staging")
            // Else a power cut could take a new directory away with all that is in it.
            try? OwnedDirectory.sync(path + "/..")
            try shelves.count()
            return staging
        }
        return DirectoryMediaStore(shelves: shelves, staging: staging)
    }

    private init(shelves: MediaFileTree, staging: StagingDirectory) {
        self.shelves = shelves
        self.staging = staging
    }

    package func deposit(_ bytes: [UInt8]) async throws(MediaError) -> StoredMedia {
        let media = try await threads.run {
            StoredMedia(id: MediaID(digest: Array(SHA256.hash(data: bytes))), size: Int64(bytes.count))
        }
        if try await find(media.id) == media { return media }
        let directory = stagingDirectory
        let path = try await threads.run { () throws(MediaError) in
            let draft = try StagedFile(in: directory)
            try draft.append(bytes)
            return draft.handOver()
        }
        try await deposit(file: path, as: media)
        return media
    }

    package func deposit(file path: String, as media: StoredMedia) async throws(MediaError) {
        do throws(MediaError) {
            try await threads.run { () throws(MediaError) in try PositionalFile.existing(path)?.sync() }
        } catch {
            _ = try? await threads.run { () throws(MediaError) in try OwnedDirectory.remove(path) }
            throw error
        }
        let shelves = shelves
        try await keeper.run { () throws(MediaError) in try shelves.place(path, as: media) }
    }

    package func find(_ id: MediaID) async throws(MediaError) -> StoredMedia? {
        let shelves = shelves
        return try await keeper.run { () throws(MediaError) in try shelves.renew(id) }
    }

    package func open(
        _ id: MediaID,
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(MediaError) -> MediaContent {
        let path = shelves.path(of: id)
        let found = try await threads.run { () throws(MediaError) -> (file: PositionalFile, size: Int64)? in
            guard let file = try PositionalFile.existing(path) else { return nil }
            return (file, try file.size())
        }
        guard let found else {
            throw MediaError(.notStored, "\(id) is not stored: its retention is over, or it never was")
        }
        let range = bounds(found.size).clamped(to: 0..<found.size)
        let reader = RangeReader(found.file, range)
        let threads = threads
        let chunks = AsyncThrowingStream<[UInt8], any Error>(unfolding: {
            try await threads.run { () throws(MediaError) in try reader.next() }
        })
        return MediaContent(size: found.size, range: range, chunks: chunks)
    }

    package func sweep(before moment: Timestamp) async throws(MediaError) -> Int {
        let shelves = shelves
        var count = 0
        for section in try await threads.run({ () throws(MediaError) in try shelves.sections() }) {
            let entries = try await threads.run { () throws(MediaError) in try shelves.entries(of: section) }
            let old = entries.filter { $0.keptAt < moment }
            count += try await keeper.run { () throws(MediaError) in
                var count = 0
                for entry in old where try shelves.remove(entry) { count += 1 }
                return count
            }
        }
        return count
    }
}

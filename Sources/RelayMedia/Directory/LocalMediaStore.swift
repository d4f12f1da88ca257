package import RelayCore
internal import RelayCrypto

/// Stores files in a local directory, each named by the hash of its bytes.
///
/// A file is written to a staging directory, synced, and then renamed, so that it is either complete or absent. Files
/// that a killed process left behind are removed when the next process opens the directory.
package final class LocalMediaStore: MediaStore {
    private let fileTree: MediaFileTree
    private let staging: StagingDirectory
    /// The threads that read and write file contents.
    private let threads = FileIOThreadPool(name: "relay.media.files", width: 4)
    /// The thread that adds, renews and removes files.
    private let keeper = FileIOThreadPool(name: "relay.media.keeper", width: 1)

    package var stagingDirectory: String { staging.path }
    package var largestFile: Int64? { fileTree.quota }

    /// Opens a directory; creates it and its parents when they do not exist.
    /// - Parameters:
    ///   - path: the directory, accessible to its owner only.
    ///   - quota: the maximum size of all files in bytes; the oldest are deleted to make space for a new one. Nil: no
    ///     limit.
    /// - Throws: ``MediaError`` `.storage` when the directory cannot be created, read or written.
    package static func open(
        path: String,
        quota: Int64? = nil,
        clock: any RelayClock
    ) async throws(MediaError) -> LocalMediaStore {
        let fileTree = MediaFileTree(root: path, quota: quota, clock: clock)
        let keeper = FileIOThreadPool(name: "relay.media.opening", width: 1)
        let staging = try await keeper.run { () throws(MediaError) in
            let staging = try StagingDirectory(in: path + "/staging")
            // Without this, a new directory and its contents could be lost in a power failure.
            try? PrivateDirectoryOperations.sync(path + "/..")
            try fileTree.count()
            return staging
        }
        return LocalMediaStore(fileTree: fileTree, staging: staging)
    }

    private init(fileTree: MediaFileTree, staging: StagingDirectory) {
        self.fileTree = fileTree
        self.staging = staging
    }

    package func deposit(_ bytes: [UInt8]) async throws(MediaError) -> StoredMedia {
        let media = try await threads.run {
            StoredMedia(id: MediaID(digest: SHA256.digest(of: bytes)), size: Int64(bytes.count))
        }
        if try await find(media.id) == media { return media }
        let directory = stagingDirectory
        let path = try await threads.run { () throws(MediaError) in
            let stagedFile = try StagedFile(in: directory)
            try stagedFile.append(bytes)
            return stagedFile.handOver()
        }
        try await deposit(file: path, as: media)
        return media
    }

    package func deposit(file path: String, as media: StoredMedia) async throws(MediaError) {
        do throws(MediaError) {
            try await threads.run { () throws(MediaError) in try RandomAccessFile.existing(path)?.sync() }
        } catch {
            _ = try? await threads.run { () throws(MediaError) in try PrivateDirectoryOperations.remove(path) }
            throw error
        }
        let fileTree = fileTree
        try await keeper.run { () throws(MediaError) in try fileTree.store(path, as: media) }
    }

    package func find(_ id: MediaID) async throws(MediaError) -> StoredMedia? {
        let fileTree = fileTree
        return try await keeper.run { () throws(MediaError) in try fileTree.renew(id) }
    }

    package func open(
        _ id: MediaID,
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(MediaError) -> StoredMediaStream {
        let path = fileTree.path(of: id)
        let found = try await threads.run { () throws(MediaError) -> (file: RandomAccessFile, size: Int64)? in
            guard let file = try RandomAccessFile.existing(path) else { return nil }
            return (file, try file.size())
        }
        guard let found else {
            throw MediaError(.notStored, "\(id) is not stored: its retention is over, or it never was")
        }
        let range = bounds(found.size).clamped(to: 0..<found.size)
        let reader = FileRangeReader(found.file, range)
        let threads = threads
        let chunks = AsyncThrowingStream<[UInt8], any Error>(unfolding: {
            try await threads.run { () throws(MediaError) in try reader.next() }
        })
        return StoredMediaStream(size: found.size, range: range, chunks: chunks)
    }

    package func sweep(before moment: Timestamp) async throws(MediaError) -> Int {
        let fileTree = fileTree
        var count = 0
        for section in try await threads.run({ () throws(MediaError) in try fileTree.sections() }) {
            let entries = try await threads.run { () throws(MediaError) in try fileTree.entries(of: section) }
            let old = entries.filter { $0.keptAt < moment }
            count += try await keeper.run { () throws(MediaError) in
                var count = 0
                for entry in old where try fileTree.remove(entry) { count += 1 }
                return count
            }
        }
        return count
    }
}

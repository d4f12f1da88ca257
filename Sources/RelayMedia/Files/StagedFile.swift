internal import Glibc
package import RelayCore
internal import RelayCrypto
internal import Synchronization

/// A file that is being written in a ``StagingDirectory``. Its SHA-256 is computed while it is written. The file is
/// deleted when the object is released, unless it was handed over. All calls block.
package final class StagedFile: Sendable {
    private struct State: ~Copyable {
        var hash = SHA256()
        var size: Int64 = 0
        var isHandedOver = false
    }

    let file: RandomAccessFile
    private let state = Mutex(State())

    package var path: String { file.path }

    /// - Parameter directory: the path of a ``StagingDirectory``.
    package init(in directory: String) throws(MediaError) {
        var number: UInt64 { .random(in: .min ... .max) }
        file = try RandomAccessFile.create("\(directory)/\(String(number, radix: 36))")
    }

    deinit {
        if !state.withLock({ $0.isHandedOver }) { unlink(path) }
    }

    /// Appends bytes.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(MediaError) {
        try state.withLock { state throws(MediaError) in
            try file.write(bytes, at: state.size)
            state.hash.update(bytes)
            state.size += Int64(bytes.count)
        }
    }

    /// Appends bytes.
    package func append(_ bytes: [UInt8]) throws(MediaError) {
        try bytes.withUnsafeBufferPointer { buffer throws(MediaError) in
            try append(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The hash and size of what has been written so far.
    package var media: StoredMedia {
        state.withLock { state in
            StoredMedia(id: MediaID(digest: state.hash.digest), size: state.size)
        }
    }

    /// Transfers the ownership of the file to a media store.
    /// - Returns: the file's path.
    package func handOver() -> String {
        state.withLock { $0.isHandedOver = true }
        return path
    }
}

internal import Crypto
internal import Glibc
public import RelayCore
internal import Synchronization

/// A file that is being written in a ``StagingDirectory``; its SHA-256 is taken on the way. It is deleted with the object,
/// unless it was handed over. All of it blocks.
public final class DraftFile: Sendable {
    private struct State {
        var hash = SHA256()
        var size: Int64 = 0
        var isHandedOver = false
    }

    let file: OpenFile
    private let state = Mutex(State())

    public var path: String { file.path }

    /// - Parameter directory: the path of a ``StagingDirectory``.
    public init(in directory: String) throws(MediaFailure) {
        var number: UInt64 { .random(in: .min ... .max) }
        file = try OpenFile.create("\(directory)/\(String(number, radix: 36))")
    }

    deinit {
        if !state.withLock({ $0.isHandedOver }) { unlink(path) }
    }

    /// Adds bytes at the end.
    public func append(_ bytes: UnsafeRawBufferPointer) throws(MediaFailure) {
        try state.withLock { state throws(MediaFailure) in
            try file.write(bytes, at: state.size)
            state.hash.update(bufferPointer: bytes)
            state.size += Int64(bytes.count)
        }
    }

    /// Adds bytes at the end.
    public func append(_ bytes: [UInt8]) throws(MediaFailure) {
        try bytes.withUnsafeBufferPointer { buffer throws(MediaFailure) in
            try append(UnsafeRawBufferPointer(buffer))
        }
    }

    /// What has been written so far.
    public var media: StoredMedia {
        state.withLock { state in
            StoredMedia(id: MediaID(digest: Array(state.hash.finalize())), size: state.size)
        }
    }

    /// Leaves the file to a depot.
    /// - Returns: its path.
    public func handOver() -> String {
        state.withLock { $0.isHandedOver = true }
        return path
    }
}

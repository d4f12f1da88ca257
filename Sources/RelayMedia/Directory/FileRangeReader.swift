internal import RelayCore
internal import Synchronization

/// Reads a range of a file in chunks, on request. All calls block. The file remains readable when it is deleted
/// meanwhile.
final class FileRangeReader: Sendable {
    /// The chunk size in bytes.
    private static let chunkSize = 128 << 10

    private let file: RandomAccessFile
    private let end: Int64
    private let offset: Mutex<Int64>

    init(_ file: RandomAccessFile, _ range: Range<Int64>) {
        self.file = file
        end = range.upperBound
        offset = Mutex(range.lowerBound)
    }

    /// Nil at the end.
    func next() throws(MediaError) -> [UInt8]? {
        try offset.withLock { offset throws(MediaError) in
            let count = Int(min(end - offset, Int64(Self.chunkSize)))
            guard count > 0 else { return nil }
            var chunk = [UInt8](repeating: 0, count: count)
            let read = try chunk.withUnsafeMutableBufferPointer { buffer throws(MediaError) in
                try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            }
            guard read == count else {
                throw MediaError(.storage, "\(file.path) is shorter than it was; check its disk")
            }
            offset += Int64(count)
            return chunk
        }
    }
}

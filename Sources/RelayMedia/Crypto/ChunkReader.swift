internal import RelayCore

/// Reads a part of a file from its beginning, a chunk at a time, in one buffer.
struct ChunkReader: ~Copyable {
    private let file: PositionalFile
    private let end: Int64
    private let buffer: UnsafeMutableRawBufferPointer
    private var offset: Int64 = 0

    init(_ file: PositionalFile, upTo end: Int64, chunkSize: Int) {
        self.file = file
        self.end = end
        buffer = .allocate(byteCount: chunkSize, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// Whether everything has been read.
    var isAtEnd: Bool { offset == end }

    /// The next chunk, valid until the next call; all are full but the last. Nil at the end.
    mutating func next() throws(MediaError) -> UnsafeRawBufferPointer? {
        guard !isAtEnd else { return nil }
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(end - offset, Int64(buffer.count)))))
        guard try file.read(into: wanted, at: offset) == wanted.count else {
            throw MediaError(.storage, "\(file.path) is shorter than it was; check its disk")
        }
        offset += Int64(wanted.count)
        return UnsafeRawBufferPointer(wanted)
    }
}

internal import RelayCore

/// Reads a file from its start up to an offset in chunks, with one buffer.
struct FileChunkReader: ~Copyable {
    private let file: RandomAccessFile
    private let end: Int64
    private let buffer: UnsafeMutableRawBufferPointer
    private var offset: Int64 = 0

    init(_ file: RandomAccessFile, upTo end: Int64, chunkSize: Int) {
        self.file = file
        self.end = end
        buffer = .allocate(byteCount: chunkSize, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// Whether everything up to the end offset has been read.
    var isAtEnd: Bool { offset == end }

    /// The next chunk, valid until the next call. All chunks are full except the last. Nil at the end.
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

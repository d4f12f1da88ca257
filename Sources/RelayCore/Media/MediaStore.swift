/// The name of a stored file: SHA-256 of its bytes, as 64 hexadecimal letters in lower case.
package struct MediaID: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    /// Nil unless the text has exactly that form.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 64,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = String(text)
    }

    /// - Parameter digest: the 32 bytes of the hash.
    package init(digest: some Collection<UInt8>) {
        precondition(digest.count == 32)
        description = Hex.encode(digest)
    }

    /// The 32 bytes of the hash.
    package var digest: [UInt8] { Hex.decode(description) ?? [] }
}

/// A file that the relay keeps.
package struct StoredMedia: Sendable, Hashable {
    package let id: MediaID
    /// Bytes.
    package let size: Int64

    package init(id: MediaID, size: Int64) {
        self.id = id
        self.size = size
    }
}

/// A stored file being read, whole or in part.
package struct StoredMediaStream: Sendable {
    /// Bytes of the whole file.
    package let size: Int64
    /// Which bytes ``chunks`` brings.
    package let range: Range<Int64>
    package let chunks: AsyncThrowingStream<[UInt8], any Error>

    package init(size: Int64, range: Range<Int64>, chunks: AsyncThrowingStream<[UInt8], any Error>) {
        self.size = size
        self.range = range
        self.chunks = chunks
    }
}

/// Stores files: in a directory, or in a bucket.
package protocol MediaStore: Sendable {
    /// A directory on this machine that is this process's own, for files that are passed to ``deposit(file:as:)``.
    var stagingDirectory: String { get }
    /// Bytes of the largest file that can be stored. Default nil: no limit.
    var largestFile: Int64? { get }

    /// Stores a file from memory; it is durable when this returns. The same bytes are stored once, and storing them
    /// again makes them new for ``sweep(before:)``.
    /// - Throws: ``MediaError`` `.storageFull` or `.storage`.
    func deposit(_ bytes: [UInt8]) async throws(MediaError) -> StoredMedia

    /// Takes over a file in ``stagingDirectory``, under the hash and the size that the caller has found it to have;
    /// else as ``deposit(_:)``. The file at `path` is moved or deleted, also when this throws.
    func deposit(file path: String, as media: StoredMedia) async throws(MediaError)

    /// The file with an id; nil when it is not stored. To be called before the file's URL is handed out:
    /// asking makes it new for ``sweep(before:)``.
    func find(_ id: MediaID) async throws(MediaError) -> StoredMedia?

    /// Begins to read a file.
    /// - Parameters:
    ///   - bounds: chooses the bytes once the size is known; what is outside the file is left out.
    /// - Throws: ``MediaError`` `.notStored`.
    func open(
        _ id: MediaID,
        bounds: @Sendable (_ size: Int64) -> Range<Int64>
    ) async throws(MediaError) -> StoredMediaStream

    /// Deletes what was last kept or asked for before the given moment of the wall clock. Returns how many files went.
    func sweep(before moment: Timestamp) async throws(MediaError) -> Int
}

extension MediaStore {
    package var largestFile: Int64? { nil }
}

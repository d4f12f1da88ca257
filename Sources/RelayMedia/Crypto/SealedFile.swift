internal import Glibc
public import RelayCore

/// An encrypted file at hand, outside of any relay: what `zaphub media decrypt` opens. All of it blocks.
public struct SealedFile: Sendable {
    public var kind: MediaKind
    /// The media key, 32 bytes.
    public var key: [UInt8]
    /// SHA-256 of the encrypted file; nil: not checked.
    public var encryptedSHA256: [UInt8]?
    /// SHA-256 of the plain file; nil: not checked.
    public var plainSHA256: [UInt8]?

    public init(kind: MediaKind, key: [UInt8], encryptedSHA256: [UInt8]? = nil, plainSHA256: [UInt8]? = nil) {
        self.kind = kind
        self.key = key
        self.encryptedSHA256 = encryptedSHA256
        self.plainSHA256 = plainSHA256
    }

    /// Verifies and decrypts a file. Nothing is written to `output` unless all of it is right.
    /// - Parameters:
    ///   - path: the encrypted file.
    ///   - output: the plain file; one that is there is replaced.
    public func decrypt(_ path: String, to output: String) throws(MediaFailure) -> StoredMedia {
        guard key.count == 32 else {
            throw MediaFailure(.incomplete, "the media key has \(key.count) bytes, not 32")
        }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let staging = try StagingDirectory(in: "\(parent)/zaphub-media-\(geteuid())")
        guard let file = try OpenFile.existing(path) else {
            throw MediaFailure(.storage, "there is no file \(path)")
        }
        let download = try copy(of: file, in: staging.path)
        let decryption = Decryption(
            kind: kind,
            key: key,
            encryptedSHA256: encryptedSHA256,
            plainSHA256: plainSHA256,
            maxSize: .max
        )
        let plain = try decryption.open(download, in: staging.path)
        try write(plain.file, size: plain.media.size, to: output)
        return plain.media
    }

    private func copy(of file: OpenFile, in directory: String) throws(MediaFailure) -> DraftFile {
        let draft = try DraftFile(in: directory)
        var reader = ChunkReader(file, upTo: try file.size(), chunkSize: 128 << 10)
        while let chunk = try reader.next() { try draft.append(chunk) }
        return draft
    }

    private func write(_ file: OpenFile, size: Int64, to output: String) throws(MediaFailure) {
        let temporary = output + ".partial"
        unlink(temporary)
        let target = try OpenFile.create(temporary)
        var reader = ChunkReader(file, upTo: size, chunkSize: 128 << 10)
        var offset: Int64 = 0
        while let chunk = try reader.next() {
            try target.write(chunk, at: offset)
            offset += Int64(chunk.count)
        }
        guard rename(temporary, output) == 0 else {
            unlink(temporary)
            throw MediaFailure(system: errno, "cannot write", output)
        }
    }
}

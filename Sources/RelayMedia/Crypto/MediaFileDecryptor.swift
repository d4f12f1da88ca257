internal import Glibc
package import RelayCore

/// Decrypts a local encrypted file, for `zaphub media decrypt`. All calls block.
package struct MediaFileDecryptor: Sendable {
    package var kind: MediaKind
    /// The media key, 32 bytes.
    package var key: [UInt8]
    /// SHA-256 of the encrypted file; nil: not verified.
    package var encryptedSHA256: [UInt8]?
    /// SHA-256 of the plain file; nil: not verified.
    package var plainSHA256: [UInt8]?

    package init(kind: MediaKind, key: [UInt8], encryptedSHA256: [UInt8]? = nil, plainSHA256: [UInt8]? = nil) {
        self.kind = kind
        self.key = key
        self.encryptedSHA256 = encryptedSHA256
        self.plainSHA256 = plainSHA256
    }

    /// Verifies and decrypts a file. Nothing is written to `output` unless the whole file is valid.
    /// - Parameters:
    ///   - path: the encrypted file.
    ///   - output: the plain file; an existing file is replaced.
    package func decrypt(_ path: String, to output: String) throws(MediaError) -> StoredMedia {
        guard key.count == 32 else {
            throw MediaError(.incomplete, "the media key has \(key.count) bytes, not 32")
        }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let staging = try StagingDirectory(in: "\(parent)/zaphub-media-\(geteuid())")
        guard let file = try RandomAccessFile.existing(path) else {
            throw MediaError(.storage, "there is no file \(path)")
        }
        let download = try copy(of: file, in: staging.path)
        let decryption = MediaDecryption(
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

    private func copy(of file: RandomAccessFile, in directory: String) throws(MediaError) -> StagedFile {
        let stagedFile = try StagedFile(in: directory)
        var reader = FileChunkReader(file, upTo: try file.size(), chunkSize: 128 << 10)
        while let chunk = try reader.next() { try stagedFile.append(chunk) }
        return stagedFile
    }

    private func write(_ file: RandomAccessFile, size: Int64, to output: String) throws(MediaError) {
        let temporary = output + ".partial"
        unlink(temporary)
        let target = try RandomAccessFile.create(temporary)
        var reader = FileChunkReader(file, upTo: size, chunkSize: 128 << 10)
        var offset: Int64 = 0
        while let chunk = try reader.next() {
            try target.write(chunk, at: offset)
            offset += Int64(chunk.count)
        }
        guard rename(temporary, output) == 0 else {
            unlink(temporary)
            throw MediaError(system: errno, "cannot write", output)
        }
    }
}

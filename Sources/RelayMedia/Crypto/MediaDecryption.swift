internal import RelayCore
internal import RelayCrypto

/// Verifies and decrypts a file from WhatsApp's servers into another file. Memory use does not depend on the file's
/// size (reference whatsapp.md, (c)). All calls block.
struct MediaDecryption {
    let kind: MediaKind
    /// The media key, 32 bytes.
    let key: [UInt8]
    /// SHA-256 of the encrypted file; nil when the message does not contain it.
    let encryptedSHA256: [UInt8]?
    /// SHA-256 of the plain file; nil when the message does not contain it.
    let plainSHA256: [UInt8]?
    /// The maximum size of the plain file in bytes.
    let maxSize: Int
    /// Bytes in memory at once; a multiple of the block size.
    var chunkSize = 128 << 10

    /// Decrypts a download. Throws the first error in this order: a wrong length or hash means that the download is not
    /// the uploaded file; only after these checks does a wrong MAC mean that the sender's file is invalid.
    /// - Parameter directory: the staging directory for the plain file.
    /// - Returns: the plain file. It is the download itself when that is plain already, as in newsletters, which
    ///   contain a key nevertheless.
    func open(_ download: StagedFile, in directory: String) throws(MediaError) -> StagedFile {
        let encrypted = download.media
        if let plainSHA256, encrypted.id.digest == plainSHA256 {
            try check(size: encrypted.size)
            return download
        }
        guard encrypted.size <= EncryptedMediaSize.of(plain: Int64(maxSize)) else { throw tooLarge }
        guard EncryptedMediaSize.isPossible(encrypted.size) else {
            throw MediaError(
                .badLength,
                "the download has \(encrypted.size) bytes, which no encrypted file has: it was cut off or changed"
            )
        }
        if let encryptedSHA256, encrypted.id.digest != encryptedSHA256 {
            throw MediaError(.encryptedHashMismatch, "the download is not the file that the message names")
        }
        let plain = try decrypt(download.file, size: encrypted.size, in: directory)
        let media = plain.media
        try check(size: media.size)
        if let plainSHA256, media.id.digest != plainSHA256 {
            throw MediaError(.hashMismatch, "the decrypted file is not the one that the message names")
        }
        return plain
    }

    private func check(size: Int64) throws(MediaError) {
        guard size <= Int64(maxSize) else { throw tooLarge }
    }

    private var tooLarge: MediaError { MediaError(.tooLarge, "the file has more than \(maxSize) bytes") }

    private func decrypt(_ file: RandomAccessFile, size: Int64, in directory: String) throws(MediaError) -> StagedFile {
        let end = size - Int64(MediaKeys.macSize)
        let keys = try authenticate(file, upTo: end)
        let draft = try StagedFile(in: directory)
        var reader = FileChunkReader(file, upTo: end, chunkSize: chunkSize)
        let cipher = AES256CBC(.decrypt, key: keys.cipherKey, initializationVector: keys.initializationVector)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 1)
        defer { buffer.deallocate() }
        while let chunk = try reader.next() {
            cipher.update(chunk, into: buffer)
            let plain = UnsafeRawBufferPointer(rebasing: buffer.prefix(chunk.count))
            try draft.append(reader.isAtEnd ? Self.unpadded(plain) : plain)
        }
        return draft
    }

    /// Without the padding of PKCS#7: as many bytes as each of them says, at least one and at most a block.
    private static func unpadded(_ bytes: UnsafeRawBufferPointer) throws(MediaError) -> UnsafeRawBufferPointer {
        let count = Int(bytes.last ?? 0)
        guard (1...MediaKeys.blockSize).contains(count), bytes.suffix(count).allSatisfy({ Int($0) == count }) else {
            throw MediaError(.badPadding, "the decrypted file ends in no padding: the sender encrypted it wrongly")
        }
        return UnsafeRawBufferPointer(rebasing: bytes.dropLast(count))
    }

    // MARK: The MAC

    /// Finds the keys for which the file's MAC is valid: those of its declared media kind, else those of another kind.
    /// Some senders declare a wrong kind, for example a voice note as a document.
    private func authenticate(_ file: RandomAccessFile, upTo end: Int64) throws(MediaError) -> MediaKeys {
        let declared = MediaKeys.Purpose(kind)
        if let keys = try firstFitting([declared], file, end) { return keys }
        if let keys = try firstFitting(MediaKeys.Purpose.allCases.filter { $0 != declared }, file, end) { return keys }
        throw MediaError(
            .macMismatch,
            "the media key does not fit the file, whatever kind it is taken for: the key is another file's, "
                + "or the file was changed"
        )
    }

    private func firstFitting(
        _ purposes: [MediaKeys.Purpose],
        _ file: RandomAccessFile,
        _ end: Int64
    ) throws(MediaError) -> MediaKeys? {
        let keys = purposes.map { MediaKeys(key, for: $0) }
        let messages = keys.map { keys in
            let message = HMAC(key: keys.macKey).message()
            message.update(keys.initializationVector)
            return message
        }
        var reader = FileChunkReader(file, upTo: end, chunkSize: chunkSize)
        while let chunk = try reader.next() {
            for message in messages { message.update(chunk) }
        }
        let tail = UnsafeMutableRawBufferPointer.allocate(byteCount: MediaKeys.macSize, alignment: 1)
        defer { tail.deallocate() }
        guard try file.read(into: tail, at: end) == tail.count else {
            throw MediaError(.storage, "\(file.path) is shorter than it was; check its disk")
        }
        let mac = Array(tail)
        return zip(keys, messages).first { _, message in
            ConstantTime.areEqual(message.finalize().prefix(MediaKeys.macSize), mac)
        }?.0
    }
}

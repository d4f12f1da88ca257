package import RelayCore
internal import RelayCrypto

/// A file encrypted like WhatsApp's clients do, with the data for its message.
package struct EncryptedTestMedia: Sendable {
    package var kind: MediaKind
    /// The plain file.
    package var plain: [UInt8]
    /// The media key, 32 bytes.
    package var key: [UInt8]
    /// The encrypted file, including its MAC.
    package var encrypted: [UInt8]

    /// SHA-256 of ``plain``.
    package var plainSHA256: [UInt8] { SHA256.digest(of: plain) }
    /// SHA-256 of ``encrypted``.
    package var encryptedSHA256: [UInt8] { SHA256.digest(of: encrypted) }
    /// What ``plain`` is stored as.
    package var media: StoredMedia { StoredMedia(id: MediaID(digest: plainSHA256), size: Int64(plain.count)) }

    /// The reference in a message to this file, including hashes.
    package func reference(url: String? = nil, directPath: String? = nil) -> RawMediaReference {
        RawMediaReference(
            kind: kind,
            locations: [.whatsApp(url: url, directPath: directPath, key: key)],
            fileLength: Int64(plain.count),
            fileSHA256: plainSHA256,
            encryptedSHA256: encryptedSHA256
        )
    }
}

/// Encrypts files for tests like the sending phone does: written from the reference (whatsapp.md, (c)), not with the
/// relay's own code.
package enum WhatsAppMediaEncryptor {
    /// - Parameters:
    ///   - kind: selects the key derivation.
    ///   - key: 32 bytes.
    ///   - padding: the bytes after the plain file; default PKCS#7. Together they must be whole blocks.
    package static func seal(
        _ plain: [UInt8],
        as kind: MediaKind = .image,
        key: [UInt8] = Array(0..<32),
        padding: [UInt8]? = nil
    ) -> EncryptedTestMedia {
        let bytes = HKDF.derive(
            from: SymmetricKey(bytes: key),
            salt: [UInt8](repeating: 0, count: 32),
            info: info(kind).utf8,
            byteCount: 112
        )
        let count = 16 - plain.count % 16
        let padded = plain + (padding ?? [UInt8](repeating: UInt8(count), count: count))
        precondition(padded.count % 16 == 0)
        let text = encrypt(padded, key: Array(bytes[16..<48]), vector: Array(bytes[..<16]))
        let code = HMAC(key: SymmetricKey(bytes: bytes[48..<80])).code(for: Array(bytes[..<16]), text)
        return EncryptedTestMedia(kind: kind, plain: plain, key: key, encrypted: text + code.prefix(10))
    }

    private static func info(_ kind: MediaKind) -> String {
        switch kind {
        case .image, .sticker: "WhatsApp Image Keys"
        case .video: "WhatsApp Video Keys"
        case .audio: "WhatsApp Audio Keys"
        case .document: "WhatsApp Document Keys"
        case .stickerPack: "WhatsApp Sticker Pack Keys"
        }
    }

    private static func encrypt(_ bytes: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8] {
        let cipher = AES256CBC(.encrypt, key: SymmetricKey(bytes: key), initializationVector: vector)
        var text = bytes
        text.withUnsafeMutableBytes { cipher.update(UnsafeRawBufferPointer($0), into: $0) }
        return text
    }
}

internal import CCrypto

/// AES-256-GCM (NIST SP 800-38D) of small texts: encrypts them, and finds out whether they were changed.
///
/// A sealed text is the nonce (12 bytes), the ciphertext and the tag (16 bytes), in this order.
package enum AES256GCM {
    /// Bytes of a key.
    package static let keyByteCount = 32

    static let nonceByteCount = 12
    static let tagByteCount = 16

    /// Encrypts under a fresh random nonce.
    /// - Parameters:
    ///   - plain: less than 2 GiB.
    ///   - key: 32 bytes.
    ///   - context: is not stored; the text opens only with the same.
    package static func seal(_ plain: [UInt8], key: SymmetricKey, authenticating context: [UInt8]) -> [UInt8] {
        seal(plain, key: key, nonce: SecureRandom.bytes(count: nonceByteCount), authenticating: context)
    }

    /// A nonce must never be used twice with one key, so that only tests choose it.
    static func seal(
        _ plain: [UInt8], key: SymmetricKey, nonce: [UInt8], authenticating context: [UInt8]
    ) -> [UInt8] {
        let cipher = Cipher(isEncrypting: true, key: key, nonce: nonce)
        cipher.authenticate(context)
        let text = cipher.update(plain[...])
        let isFinished = cipher.finish()
        precondition(isFinished, "GCM can always finish an encryption")
        return nonce + text + cipher.tag()
    }

    /// Decrypts what ``seal(_:key:authenticating:)`` made.
    /// - Returns: nil when it was changed or cut off, or made with another key or context.
    package static func open(_ sealed: [UInt8], key: SymmetricKey, authenticating context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= nonceByteCount + tagByteCount else { return nil }
        let cipher = Cipher(isEncrypting: false, key: key, nonce: Array(sealed.prefix(nonceByteCount)))
        cipher.authenticate(context)
        let plain = cipher.update(sealed.dropFirst(nonceByteCount).dropLast(tagByteCount))
        cipher.expect(tag: Array(sealed.suffix(tagByteCount)))
        return cipher.finish() ? plain : nil
    }
}

/// One encryption or decryption with libcrypto.
private final class Cipher {
    private let context: OpaquePointer

    init(isEncrypting: Bool, key: SymmetricKey, nonce: [UInt8]) {
        precondition(key.count == AES256GCM.keyByteCount, "a key of AES-256 has 32 bytes")
        precondition(nonce.count == AES256GCM.nonceByteCount, "a nonce has 12 bytes")
        context = LibCrypto.require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        let code = key.withUnsafeBytes { key in
            EVP_CipherInit_ex2(
                context, LibCrypto.aes256GCM, key.assumingMemoryBound(to: UInt8.self).baseAddress, nonce,
                isEncrypting ? 1 : 0, nil)
        }
        LibCrypto.require(code, "EVP_CipherInit_ex2")
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Adds data that is authenticated and not encrypted.
    func authenticate(_ data: [UInt8]) {
        guard !data.isEmpty else { return }
        var count: Int32 = 0
        LibCrypto.require(EVP_CipherUpdate(context, nil, &count, data, Int32(data.count)), "EVP_CipherUpdate")
    }

    func update(_ input: ArraySlice<UInt8>) -> [UInt8] {
        guard !input.isEmpty else { return [] }
        return [UInt8](unsafeUninitializedCapacity: input.count) { buffer, count in
            var written: Int32 = 0
            let code = input.withUnsafeBufferPointer {
                EVP_CipherUpdate(context, buffer.baseAddress, &written, $0.baseAddress, Int32($0.count))
            }
            LibCrypto.require(code, "EVP_CipherUpdate")
            count = Int(written)
        }
    }

    /// Sets the tag that ``finish()`` is to find.
    func expect(tag: [UInt8]) {
        var tag = tag
        LibCrypto.require(
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag), "EVP_CTRL_AEAD_SET_TAG")
    }

    /// - Returns: whether the tag is right, when decrypting. GCM writes no more bytes here.
    func finish() -> Bool {
        var none: UInt8 = 0
        var count: Int32 = 0
        if EVP_CipherFinal_ex(context, &none, &count) == 1 { return true }
        // Otherwise the next user of OpenSSL on this thread could take it for its own error.
        ERR_clear_error()
        return false
    }

    /// The tag of what was encrypted.
    func tag() -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: AES256GCM.tagByteCount)
        LibCrypto.require(
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), &tag), "EVP_CTRL_AEAD_GET_TAG")
        return tag
    }
}

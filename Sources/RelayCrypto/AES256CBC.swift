internal import CCrypto

/// AES-256 in CBC mode (NIST SP 800-38A) over whole blocks that come in parts. It adds and removes no padding.
///
/// CBC does not notice changes: check a MAC of the ciphertext before you decrypt it.
package final class AES256CBC {
    package enum Direction: Int32, Sendable {
        case decrypt = 0
        case encrypt = 1
    }

    /// Bytes of a key.
    package static let keyByteCount = 32
    /// Bytes of a block, and of an initialization vector.
    package static let blockByteCount = 16

    private let context: OpaquePointer

    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - initializationVector: 16 bytes.
    package init(_ direction: Direction, key: SymmetricKey, initializationVector: [UInt8]) {
        precondition(key.count == Self.keyByteCount, "a key of AES-256 has 32 bytes")
        precondition(initializationVector.count == Self.blockByteCount, "an initialization vector has 16 bytes")
        context = LibCrypto.require(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new")
        let code = key.withUnsafeBytes { key in
            EVP_CipherInit_ex2(
                context, LibCrypto.aes256CBC, key.assumingMemoryBound(to: UInt8.self).baseAddress,
                initializationVector, direction.rawValue, nil)
        }
        LibCrypto.require(code, "EVP_CipherInit_ex2")
        LibCrypto.require(EVP_CIPHER_CTX_set_padding(context, 0), "EVP_CIPHER_CTX_set_padding")
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// Encrypts or decrypts the next blocks.
    /// - Parameters:
    ///   - input: whole blocks, less than 2 GiB.
    ///   - output: at least as many bytes as the input. It may be the same memory.
    package func update(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) {
        precondition(input.count.isMultiple(of: Self.blockByteCount), "CBC takes whole blocks")
        precondition(output.count >= input.count, "the output is too small")
        guard !input.isEmpty else { return }
        var written: Int32 = 0
        let code = EVP_CipherUpdate(
            context, output.assumingMemoryBound(to: UInt8.self).baseAddress, &written,
            input.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(input.count))
        LibCrypto.require(code, "EVP_CipherUpdate")
        precondition(Int(written) == input.count, "libcrypto kept blocks back")
    }
}

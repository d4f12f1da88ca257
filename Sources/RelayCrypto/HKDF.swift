internal import CCrypto

/// HKDF with SHA-256 (RFC 5869).
package enum HKDF {
    /// Derives bytes for one purpose from a secret.
    /// - Parameters:
    ///   - secret: the input key material.
    ///   - salt: empty means 32 zeros, as the RFC has it.
    ///   - info: names the purpose. Derivations for other purposes tell nothing about each other.
    ///   - byteCount: how many bytes to derive, 8,160 at most.
    package static func derive(
        from secret: SymmetricKey,
        salt: [UInt8] = [],
        info: some Collection<UInt8>,
        byteCount: Int
    ) -> [UInt8] {
        precondition((1...255 * SHA256.byteCount).contains(byteCount), "HKDF cannot derive \(byteCount) bytes")
        let context = LibCrypto.require(EVP_KDF_CTX_new(LibCrypto.hkdf), "EVP_KDF_CTX_new")
        defer { EVP_KDF_CTX_free(context) }
        return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            let output = UnsafeMutableRawBufferPointer(buffer).baseAddress.unsafelyUnwrapped
            let code = secret.withUnsafeBytes { key in
                salt.withBytes { salt in
                    info.withBytes { info in
                        ccrypto_hkdf_sha256(
                            context, key.nonNullBaseAddress, key.count, salt.nonNullBaseAddress, salt.count,
                            info.nonNullBaseAddress, info.count, output, byteCount)
                    }
                }
            }
            LibCrypto.require(code, "EVP_KDF_derive")
            count = byteCount
        }
    }
}

internal import CCrypto

/// A SHA-256 digest of bytes that come in parts (FIPS 180-4).
package struct SHA256: ~Copyable, Sendable {
    /// Bytes of a digest.
    package static let byteCount = 32

    // Changed by `mutating` functions alone, which nothing else can run beside.
    nonisolated(unsafe) private let context: OpaquePointer

    /// The digest of no bytes yet.
    package init() {
        context = LibCrypto.require(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        LibCrypto.require(EVP_DigestInit_ex2(context, LibCrypto.sha256, nil), "EVP_DigestInit_ex2")
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes at the end.
    package mutating func update(_ bytes: some Collection<UInt8>) {
        bytes.withBytes { bytes in
            LibCrypto.require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count), "EVP_DigestUpdate")
        }
    }

    /// The digest of the bytes so far, 32 bytes. More bytes can follow.
    package var digest: [UInt8] {
        let copy = LibCrypto.require(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(copy) }
        LibCrypto.require(EVP_MD_CTX_copy_ex(copy, context), "EVP_MD_CTX_copy_ex")
        return Self.makeDigest { LibCrypto.require(EVP_DigestFinal_ex(copy, $0, nil), "EVP_DigestFinal_ex") }
    }

    /// The digest of bytes that are all there, 32 bytes.
    package static func digest(of bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withBytes { bytes in
            makeDigest { digest in
                LibCrypto.require(
                    EVP_Digest(bytes.baseAddress, bytes.count, digest, nil, LibCrypto.sha256, nil), "EVP_Digest")
            }
        }
    }

    private static func makeDigest(_ write: (UnsafeMutablePointer<UInt8>?) -> Void) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            write(buffer.baseAddress)
            count = byteCount
        }
    }
}

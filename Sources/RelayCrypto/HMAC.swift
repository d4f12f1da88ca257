internal import CCrypto
package import RelayCore

/// HMAC (RFC 2104) with one key and one hash. Make it once and use it for many messages: the key is prepared only once.
package final class HMAC: Sendable {
    package typealias Algorithm = HMACSignatureFormat.Algorithm

    /// Bytes of a code.
    package let byteCount: Int

    // It has the key and no message. It is only copied, which leaves it as it is.
    nonisolated(unsafe) private let template: OpaquePointer

    /// - Parameter key: of any length.
    package init(key: SymmetricKey, algorithm: Algorithm = .sha256) {
        let template = LibCrypto.require(EVP_MAC_CTX_new(LibCrypto.hmac), "EVP_MAC_CTX_new")
        let code = key.withUnsafeBytes {
            ccrypto_hmac_init(template, algorithm.libcryptoName, $0.nonNullBaseAddress, $0.count)
        }
        LibCrypto.require(code, "EVP_MAC_init")
        self.template = template
        byteCount = EVP_MAC_CTX_get_mac_size(template)
    }

    deinit {
        EVP_MAC_CTX_free(template)
    }

    /// The code of a message whose parts, one after the other, are all there.
    package func code(for parts: [UInt8]...) -> [UInt8] {
        let message = message()
        for part in parts { message.update(part) }
        return message.finalize()
    }

    /// Whether a message has this code. The duration does not depend on where codes differ.
    package func isValid(_ code: some Collection<UInt8>, for parts: [UInt8]...) -> Bool {
        let message = message()
        for part in parts { message.update(part) }
        return ConstantTime.areEqual(message.finalize(), code)
    }

    /// A message whose bytes come in parts.
    package func message() -> Computation {
        Computation(context: LibCrypto.require(EVP_MAC_CTX_dup(template), "EVP_MAC_CTX_dup"), byteCount: byteCount)
    }

    /// A message that is being authenticated.
    package final class Computation {
        private let context: OpaquePointer
        private let byteCount: Int
        private var isFinal = false

        fileprivate init(context: OpaquePointer, byteCount: Int) {
            self.context = context
            self.byteCount = byteCount
        }

        deinit {
            EVP_MAC_CTX_free(context)
        }

        /// Adds bytes at the end.
        package func update(_ bytes: some Collection<UInt8>) {
            precondition(!isFinal, "the message has its code already")
            bytes.withBytes { bytes in
                let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
                LibCrypto.require(EVP_MAC_update(context, start, bytes.count), "EVP_MAC_update")
            }
        }

        /// The code of the whole message. It may be called once, and nothing may be added after it.
        package func finalize() -> [UInt8] {
            precondition(!isFinal, "the message has its code already")
            isFinal = true
            return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                LibCrypto.require(EVP_MAC_final(context, buffer.baseAddress, &count, buffer.count), "EVP_MAC_final")
            }
        }
    }
}

extension HMAC.Algorithm {
    fileprivate var libcryptoName: String {
        switch self {
        case .sha1: "SHA1"
        case .sha256: "SHA256"
        case .sha512: "SHA512"
        }
    }
}

internal import CCrypto
package import RelayCore
internal import Synchronization

/// HMAC (RFC 2104) with one key and one hash. Make it once and use it for many messages: the key is prepared only once.
package final class HMAC: Sendable {
    package typealias Algorithm = HMACSignatureFormat.Algorithm

    /// Bytes of a code.
    package let byteCount: Int

    // It has the key and no message. It is only copied, which leaves it as it is.
    nonisolated(unsafe) private let template: OpaquePointer
    /// A copy that no message uses now, to be restarted for the next one: copying and freeing one costs as much as
    /// hashing a few hundred bytes.
    private let spare = Mutex<Context?>(nil)

    /// A copy of the template.
    // It is used by one task at a time: by the one that has taken it out of `spare`, or has made it.
    private struct Context: @unchecked Sendable {
        let pointer: OpaquePointer
    }

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
        if let context = spare.withLock({ $0 }) { EVP_MAC_CTX_free(context.pointer) }
    }

    /// The code of a message whose parts, one after the other, are all there.
    package func code(for parts: [UInt8]...) -> [UInt8] { code(of: parts) }

    /// Whether a message has this code. The duration does not depend on where codes differ.
    package func isValid(_ code: some Collection<UInt8>, for parts: [UInt8]...) -> Bool {
        ConstantTime.areEqual(self.code(of: parts), code)
    }

    private func code(of parts: [[UInt8]]) -> [UInt8] {
        let context = readyContext()
        for part in parts {
            part.withUnsafeBufferPointer { bytes in
                LibCrypto.require(
                    EVP_MAC_update(context.pointer, bytes.baseAddress, bytes.count), "EVP_MAC_update")
            }
        }
        let code = Self.finalize(context.pointer, byteCount)
        keep(context)
        return code
    }

    private func readyContext() -> Context {
        let taken = spare.withLock { spare in
            defer { spare = nil }
            return spare
        }
        guard let taken else { return Context(pointer: copyOfTemplate()) }
        LibCrypto.require(ccrypto_hmac_restart(taken.pointer), "EVP_MAC_init")
        return taken
    }

    /// Keeps a context for the next message; another task may have done that before.
    private func keep(_ context: Context) {
        let isKept = spare.withLock { spare in
            guard spare == nil, LibCrypto.restartsHMAC else { return false }
            spare = context
            return true
        }
        if !isKept { EVP_MAC_CTX_free(context.pointer) }
    }

    private func copyOfTemplate() -> OpaquePointer {
        LibCrypto.require(EVP_MAC_CTX_dup(template), "EVP_MAC_CTX_dup")
    }

    private static func finalize(_ context: OpaquePointer, _ byteCount: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            LibCrypto.require(EVP_MAC_final(context, buffer.baseAddress, &count, buffer.count), "EVP_MAC_final")
        }
    }

    /// A message whose bytes come in parts.
    package func message() -> Computation {
        Computation(context: copyOfTemplate(), byteCount: byteCount)
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
            return HMAC.finalize(context, byteCount)
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

internal import CCrypto

/// libcrypto's algorithms, each looked up once, and the check of what its functions return.
///
/// With valid arguments these functions fail only when there is no memory, or when the machine's OpenSSL configuration
/// leaves an algorithm out. Neither depends on the data, and nothing could be sent without them, so the process ends.
enum LibCrypto {
    // Never changed or freed; libcrypto counts references to them atomically.
    nonisolated(unsafe) static let sha256 = require(EVP_MD_fetch(nil, "SHA256", nil), "EVP_MD_fetch(SHA256)")
    nonisolated(unsafe) static let hmac = require(EVP_MAC_fetch(nil, "HMAC", nil), "EVP_MAC_fetch(HMAC)")
    nonisolated(unsafe) static let hkdf = require(EVP_KDF_fetch(nil, "HKDF", nil), "EVP_KDF_fetch(HKDF)")
    nonisolated(unsafe) static let aes256CBC = require(
        EVP_CIPHER_fetch(nil, "AES-256-CBC", nil), "EVP_CIPHER_fetch(AES-256-CBC)")
    nonisolated(unsafe) static let aes256GCM = require(
        EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "EVP_CIPHER_fetch(AES-256-GCM)")

    /// Whether an HMAC context with a key can be restarted for another message.
    static let restartsHMAC = ccrypto_hmac_restarts() != 0

    /// Ends the process unless a function returned 1, which is success.
    static func require(_ code: Int32, _ function: StaticString) {
        guard code == 1 else { fail(function) }
    }

    /// Ends the process unless a function returned an object.
    static func require(_ object: OpaquePointer?, _ function: StaticString) -> OpaquePointer {
        guard let object else { fail(function) }
        return object
    }

    private static func fail(_ function: StaticString) -> Never {
        let reason = ERR_error_string(ERR_get_error(), nil).map { String(cString: $0) } ?? "no reason given"
        fatalError("libcrypto: \(function) failed: \(reason)")
    }
}

extension Collection<UInt8> {
    /// Calls `body` with the bytes in one piece. They are copied only when they are not stored in one piece.
    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        let value = withContiguousStorageIfAvailable { body(UnsafeRawBufferPointer($0)) }
        if let value { return value }
        return Array(self).withUnsafeBytes(body)
    }
}

extension UnsafeRawBufferPointer {
    /// The address of the first byte. With no bytes, an address that must not be read: C functions that tell "none" and
    /// "empty" apart take it for "empty".
    var nonNullBaseAddress: UnsafeRawPointer { baseAddress ?? UnsafeRawPointer(bitPattern: UInt(1)).unsafelyUnwrapped }
}

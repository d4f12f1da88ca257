package import RelayCore
internal import RelayCrypto

/// The key that encrypts credentials at rest: 32 bytes, kept outside the database.
package struct CredentialEncryptionKey: Sendable {
    /// Bytes of a key.
    package static let byteCount = AES256GCM.keyByteCount

    private let key: SymmetricKey

    /// - Throws: ``StoreError/Code/wrongKey`` unless there are 32 bytes.
    package init(bytes: [UInt8]) throws(StoreError) {
        guard bytes.count == Self.byteCount else {
            throw StoreError(.wrongKey, "the store's secret key must have 32 bytes, not \(bytes.count)")
        }
        key = SymmetricKey(bytes: bytes)
    }

    /// 32 bytes for another purpose, from which nobody learns this key.
    package func derived(for purpose: String) -> [UInt8] {
        HKDF.derive(from: key, info: purpose.utf8, byteCount: Self.byteCount)
    }

    /// Encrypts with AES-256-GCM under a fresh nonce: nonce, ciphertext and tag, in this order.
    /// - Parameter place: `table/row/column`; the text opens only there.
    package func seal(_ bytes: [UInt8], for place: String) -> [UInt8] {
        AES256GCM.seal(bytes, key: key, authenticating: Array(place.utf8))
    }

    /// - Throws: ``StoreError/Code/wrongKey`` when another key or another place encrypted it, or the bytes are damaged.
    package func open(_ sealed: [UInt8], for place: String) throws(StoreError) -> [UInt8] {
        guard let bytes = AES256GCM.open(sealed, key: key, authenticating: Array(place.utf8)) else {
            throw StoreError(.wrongKey, "cannot decrypt \(place): the secret key is another one, or the row is damaged")
        }
        return bytes
    }
}

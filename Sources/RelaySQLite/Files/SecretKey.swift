internal import Crypto
internal import Foundation
package import RelayCore

/// The key that encrypts credentials at rest: 32 bytes, kept outside the database.
package struct SecretKey: Sendable {
    /// Bytes of a key.
    package static let byteCount = 32

    private let key: SymmetricKey

    /// - Throws: ``StoreError/Code/wrongKey`` unless there are 32 bytes.
    package init(bytes: [UInt8]) throws(StoreError) {
        guard bytes.count == Self.byteCount else {
            throw StoreError(.wrongKey, "the store's secret key must have 32 bytes, not \(bytes.count)")
        }
        key = SymmetricKey(data: bytes)
    }

    /// 32 bytes for another purpose, from which nobody learns this key.
    package func derived(for purpose: String) -> [UInt8] {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: Self.byteCount)
            .withUnsafeBytes { Array($0) }
    }

    /// Encrypts with AES-256-GCM under a fresh nonce: nonce, ciphertext and tag, in this order.
    /// - Parameter place: `table/row/column`; the text opens only there.
    func seal(_ bytes: [UInt8], for place: String) throws(StoreError) -> [UInt8] {
        do {
            let box = try AES.GCM.seal(bytes, using: key, authenticating: Array(place.utf8))
            guard let combined = box.combined else { throw StoreError(.wrongKey, "cannot encrypt \(place)") }
            return Array(combined)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.wrongKey, "cannot encrypt \(place): \(error)")
        }
    }

    /// - Throws: ``StoreError/Code/wrongKey`` when another key or another place encrypted it, or the bytes are damaged.
    func open(_ sealed: [UInt8], for place: String) throws(StoreError) -> [UInt8] {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return Array(try AES.GCM.open(box, using: key, authenticating: Array(place.utf8)))
        } catch {
            throw StoreError(.wrongKey, "cannot decrypt \(place): the secret key is another one, or the row is damaged")
        }
    }
}

internal import CCrypto

/// The bytes of a secret key. They are not printed with the objects that hold them, and are overwritten at the end.
package final class SymmetricKey: Sendable {
    // Written in `init` and `deinit` alone.
    nonisolated(unsafe) private let storage: UnsafeMutableRawBufferPointer

    package init(bytes: some Collection<UInt8>) {
        storage = .allocate(byteCount: bytes.count, alignment: 1)
        storage.copyBytes(from: bytes)
    }

    deinit {
        OPENSSL_cleanse(storage.baseAddress, storage.count)
        storage.deallocate()
    }

    /// Number of bytes.
    package var count: Int { storage.count }

    package func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try body(UnsafeRawBufferPointer(storage))
    }
}

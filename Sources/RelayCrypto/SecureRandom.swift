internal import CCrypto

/// Random bytes that nobody can foresee.
package enum SecureRandom {
    package static func bytes(count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            LibCrypto.require(RAND_bytes(buffer.baseAddress, Int32(count)), "RAND_bytes")
            initializedCount = count
        }
    }
}

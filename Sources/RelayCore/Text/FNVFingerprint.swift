/// A short fingerprint (FNV-1a, 64 bits) of what nothing else tells apart; no secret is safe behind it.
package struct FNVFingerprint {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    package init(_ bytes: some Sequence<UInt8> = []) {
        add(bytes)
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// As a number. Its bits are not evenly spread: mix them before numbers are compared or divided.
    package var value: UInt64 { hash }

    /// In hexadecimal letters.
    package var text: String { String(hash, radix: 16) }
}

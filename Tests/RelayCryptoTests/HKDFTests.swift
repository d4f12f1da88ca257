import RelayCore
import RelayCrypto
import Testing

struct HKDFTests {
    /// RFC 5869, appendices A.1 to A.3.
    @Test func knownDerivations() throws {
        let first = HKDF.derive(
            from: SymmetricKey(bytes: [UInt8](repeating: 0x0b, count: 22)), salt: Array(0...12),
            info: Array(0xf0...0xf9), byteCount: 42)
        #expect(
            Hex.encode(first)
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        let second = HKDF.derive(
            from: SymmetricKey(bytes: Array(0x00...0x4f)), salt: Array(0x60...0xaf), info: Array(0xb0...0xff),
            byteCount: 82)
        #expect(
            Hex.encode(second)
                == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87")
        let third = HKDF.derive(
            from: SymmetricKey(bytes: [UInt8](repeating: 0x0b, count: 22)), info: [], byteCount: 42)
        #expect(
            Hex.encode(third)
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test func everyInputCounts() {
        let key = SymmetricKey(bytes: [1, 2, 3])
        let derived = HKDF.derive(from: key, info: "a".utf8, byteCount: 32)
        #expect(derived != HKDF.derive(from: key, info: "b".utf8, byteCount: 32))
        #expect(derived != HKDF.derive(from: key, salt: [1], info: "a".utf8, byteCount: 32))
        #expect(derived != HKDF.derive(from: SymmetricKey(bytes: [1, 2, 4]), info: "a".utf8, byteCount: 32))
        #expect(HKDF.derive(from: key, info: "a".utf8, byteCount: 255 * 32).count == 255 * 32)
    }
}

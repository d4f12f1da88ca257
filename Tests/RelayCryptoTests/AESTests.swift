import RelayCore
import Testing

@testable import RelayCrypto

struct AES256CBCTests {
    // NIST SP 800-38A, F.2.5 and F.2.6.
    private let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
    private let vector = "000102030405060708090a0b0c0d0e0f"
    private let plain =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        + "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    private let text =
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
        + "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"

    /// Runs bytes through a cipher in parts of a number of blocks each.
    private func run(_ direction: AES256CBC.Direction, _ bytes: [UInt8], blocks: Int) throws -> [UInt8] {
        let cipher = AES256CBC(
            direction, key: SymmetricKey(bytes: try hex(key)), initializationVector: try hex(vector))
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: blocks * 16) {
            var part = Array(bytes[start..<min(start + blocks * 16, bytes.count)])
            part.withUnsafeMutableBytes { cipher.update(UnsafeRawBufferPointer($0), into: $0) }
            result += part
        }
        return result
    }

    @Test(arguments: [1, 2, 3, 4])
    func theStandardsExample(blocks: Int) throws {
        #expect(Hex.encode(try run(.encrypt, hex(plain), blocks: blocks)) == text)
        #expect(Hex.encode(try run(.decrypt, hex(text), blocks: blocks)) == plain)
    }

    @Test func inputAndOutputMayBeApart() throws {
        let cipher = AES256CBC(
            .decrypt, key: SymmetricKey(bytes: try hex(key)), initializationVector: try hex(vector))
        var output = [UInt8](repeating: 7, count: 80)
        let input = try hex(text)
        input.withUnsafeBytes { input in output.withUnsafeMutableBytes { cipher.update(input, into: $0) } }
        #expect(Hex.encode(output) == plain + String(repeating: "07", count: 16), "and no byte more is written")
    }
}

struct AES256GCMTests {
    struct Vector: Sendable {
        // All in hexadecimal.
        var key: String
        var nonce: String
        var plain: String
        var context: String
        var text: String
        var tag: String
    }

    /// Test cases 13, 14 and 16 of "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega.
    static let vectors = [
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12), plain: "", context: "",
            text: "", tag: "530f8afbc74536b9a963b4f1c4cb738b"),
        Vector(
            key: String(repeating: "00", count: 32), nonce: String(repeating: "00", count: 12),
            plain: String(repeating: "00", count: 16), context: "",
            text: "cea7403d4d606b6e074ec5d3baf39d18", tag: "d0d1c8a799996bf0265b98b5d48ab919"),
        Vector(
            key: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", nonce: "cafebabefacedbaddecaf888",
            plain: "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            context: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            text: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"),
    ]

    @Test(arguments: vectors)
    func knownCiphertexts(_ vector: Vector) throws {
        let key = SymmetricKey(bytes: try hex(vector.key))
        let sealed = AES256GCM.seal(
            try hex(vector.plain), key: key, nonce: try hex(vector.nonce), authenticating: try hex(vector.context))
        #expect(Hex.encode(sealed) == vector.nonce + vector.text + vector.tag)
        #expect(AES256GCM.open(sealed, key: key, authenticating: try hex(vector.context)) == (try hex(vector.plain)))
    }

    @Test func aChangeAnywhereIsFound() {
        let key = SymmetricKey(bytes: Array(0..<32))
        let (plain, context) = (Array("a secret".utf8), Array("webhooks/wh_1/secrets".utf8))
        let sealed = AES256GCM.seal(plain, key: key, authenticating: context)
        #expect(sealed.count == 12 + plain.count + 16)
        #expect(AES256GCM.open(sealed, key: key, authenticating: context) == plain)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(AES256GCM.open(changed, key: key, authenticating: context) == nil, "byte \(index)")
        }
        for count in sealed.indices {
            #expect(AES256GCM.open(Array(sealed.prefix(count)), key: key, authenticating: context) == nil)
        }
        #expect(AES256GCM.open(sealed, key: key, authenticating: Array(context.dropLast())) == nil)
        #expect(AES256GCM.open(sealed, key: SymmetricKey(bytes: Array(1..<33)), authenticating: context) == nil)
    }

    @Test func eachNonceIsFresh() {
        let key = SymmetricKey(bytes: Array(0..<32))
        let nonces = (0..<1000).map { _ in AES256GCM.seal([], key: key, authenticating: []).prefix(12) }
        #expect(Set(nonces).count == nonces.count)
    }
}

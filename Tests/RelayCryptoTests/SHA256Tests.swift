import RelayCore
import RelayCrypto
import Testing

struct SHA256Tests {
    /// Examples of FIPS 180-2, appendix B.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ])
    func knownDigests(message: String, digest: String) {
        #expect(Hex.encode(SHA256.digest(of: message.utf8)) == digest)
        #expect(Hex.encode(SHA256.digest(of: Array(message.utf8))) == digest)
        #expect(Hex.encode(SHA256.digest(of: message.utf8.lazy.map { $0 })) == digest, "bytes that lie apart")
    }

    @Test func partsMakeTheDigestOfTheWhole() {
        var hash = SHA256()
        #expect(hash.digest == SHA256.digest(of: []))
        var whole: [UInt8] = []
        for count in [0, 1, 63, 64, 65, 1000] {
            let part = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            hash.update(part)
            whole += part
            #expect(hash.digest == SHA256.digest(of: whole), "a digest between the parts changes nothing")
        }
    }
}

import RelayCore
import RelayCrypto
import Testing

struct HMACTests {
    struct Vector: Sendable {
        var algorithm: HMAC.Algorithm
        /// In hexadecimal.
        var key: String
        var message: [UInt8]
        /// In hexadecimal.
        var code: String
    }

    private static let longKey = String(repeating: "aa", count: 131)
    private static let longKeyMessage = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)

    /// RFC 4231 (SHA-256 and SHA-512), RFC 2202 (SHA-1).
    static let vectors = [
        Vector(
            algorithm: .sha256, key: String(repeating: "0b", count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            algorithm: .sha256, key: "4a656665", message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            algorithm: .sha256, key: String(repeating: "aa", count: 20), message: [UInt8](repeating: 0xdd, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            algorithm: .sha256, key: longKey, message: longKeyMessage,
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            algorithm: .sha256, key: "", message: [],
            code: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        Vector(
            algorithm: .sha512, key: String(repeating: "0b", count: 20), message: Array("Hi There".utf8),
            code: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
                + "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854"),
        Vector(
            algorithm: .sha512, key: longKey, message: longKeyMessage,
            code: "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                + "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"),
        Vector(
            algorithm: .sha1, key: String(repeating: "0b", count: 20), message: Array("Hi There".utf8),
            code: "b617318655057264e28bc0b6fb378c8ef146be00"),
        Vector(
            algorithm: .sha1, key: String(repeating: "aa", count: 80), message: longKeyMessage,
            code: "aa4ae5e15272d00e95705637ce8a3b55ed402112"),
    ]

    @Test(arguments: vectors)
    func knownCodes(_ vector: Vector) throws {
        let hmac = HMAC(key: SymmetricKey(bytes: try hex(vector.key)), algorithm: vector.algorithm)
        #expect(Hex.encode(hmac.code(for: vector.message)) == vector.code)
        #expect(Hex.encode(hmac.code(for: vector.message)) == vector.code, "a code leaves the key as it was")
        #expect(hmac.byteCount * 2 == vector.code.count)
        #expect(hmac.isValid(try hex(vector.code), for: vector.message))
    }

    @Test(arguments: vectors)
    func partsMakeTheCodeOfTheWhole(_ vector: Vector) throws {
        let hmac = HMAC(key: SymmetricKey(bytes: try hex(vector.key)), algorithm: vector.algorithm)
        let (head, tail) = (Array(vector.message.prefix(5)), Array(vector.message.dropFirst(5)))
        #expect(Hex.encode(hmac.code(for: head, tail)) == vector.code)
        #expect(hmac.isValid(try hex(vector.code), for: head, [], tail))
        let message = hmac.message()
        for byte in vector.message { message.update([byte]) }
        #expect(Hex.encode(message.finalize()) == vector.code)
    }

    @Test func messagesUnderOneKeyDoNotMix() throws {
        let hmac = HMAC(key: SymmetricKey(bytes: "Jefe".utf8))
        let (one, other) = (hmac.message(), hmac.message())
        one.update("what do ya want ".utf8)
        other.update("something else".utf8)
        one.update("for nothing?".utf8)
        #expect(
            Hex.encode(one.finalize()) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func oneKeyServesManyTasks() async {
        let hmac = HMAC(key: SymmetricKey(bytes: "Jefe".utf8))
        let expected = (0..<64).map { hmac.code(for: [UInt8(truncatingIfNeeded: $0)]) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<64_000).allSatisfy { hmac.code(for: [UInt8($0 % 64)]) == expected[$0 % 64] }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test(arguments: HMAC.Algorithm.allCases)
    func aChangeIsFound(_ algorithm: HMAC.Algorithm) {
        let hmac = HMAC(key: SymmetricKey(bytes: "key".utf8), algorithm: algorithm)
        let message = Array("message".utf8)
        let code = hmac.code(for: message)
        for index in code.indices {
            var changed = code
            changed[index] ^= 1
            #expect(!hmac.isValid(changed, for: message))
        }
        for index in message.indices {
            var changed = message
            changed[index] ^= 1
            #expect(!hmac.isValid(code, for: changed))
        }
        #expect(!hmac.isValid(code.dropLast(), for: message))
        #expect(!hmac.isValid([], for: message))
        #expect(!HMAC(key: SymmetricKey(bytes: "kez".utf8), algorithm: algorithm).isValid(code, for: message))
    }
}

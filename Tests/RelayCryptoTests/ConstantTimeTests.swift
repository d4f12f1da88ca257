import RelayCrypto
import Testing

struct ConstantTimeTests {
    @Test func bytesAreCompared() {
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(ConstantTime.areEqual([1, 2, 3], [0, 1, 2, 3].dropFirst()))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [0, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(!ConstantTime.areEqual([], [0]))
    }

    @Test func textsAreCompared() {
        #expect(ConstantTime.areEqual("token", "token"))
        #expect(ConstantTime.areEqual("a token".dropFirst(2), "token"))
        #expect(!ConstantTime.areEqual("token", "Token"))
        #expect(!ConstantTime.areEqual("token", "token "))
        #expect(!ConstantTime.areEqual("", "t"))
        // Canonically equivalent texts are equal as Swift strings, but they are different passwords.
        #expect(!ConstantTime.areEqual("\u{e9}", "e\u{301}"))
    }
}

struct SecureRandomTests {
    @Test func bytesDoNotRepeat() {
        #expect(SecureRandom.bytes(count: 0) == [])
        #expect(SecureRandom.bytes(count: 33).count == 33)
        #expect(Set((0..<1000).map { _ in SecureRandom.bytes(count: 16) }).count == 1000)
    }
}

struct SymmetricKeyTests {
    @Test func keysAreNotPrinted() {
        let key = SymmetricKey(bytes: "correct horse".utf8)
        #expect(key.count == 13)
        #expect(key.withUnsafeBytes { Array($0) } == Array("correct horse".utf8))
        var dumped = "\(key) \(String(reflecting: key))"
        dump(key, to: &dumped)
        #expect(!dumped.contains("horse") && !dumped.contains("99, 111"))
    }
}

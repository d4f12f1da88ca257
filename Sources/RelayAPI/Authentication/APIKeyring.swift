internal import RelayCrypto
internal import Synchronization

/// The valid API keys, stored as digests only.
package final class APIKeyring: Sendable {
    private let digests: Mutex<[[UInt8]]>

    /// - Parameter digests: SHA-256 of each key.
    package init(digests: [[UInt8]] = []) {
        self.digests = Mutex(digests)
    }

    /// Takes effect with the next request.
    package func replace(with digests: [[UInt8]]) {
        self.digests.withLock { $0 = digests }
    }

    /// Whether the key is valid. Takes the same time for every invalid key.
    package func accepts(_ key: some StringProtocol) -> Bool {
        guard key.utf8.count <= Self.longestKey else { return false }
        let digest = Self.digest(of: key)
        return digests.withLock { digests in
            var isKnown = false
            // Every digest is compared, also after the right one.
            for known in digests where ConstantTime.areEqual(known, digest) { isKnown = true }
            return isKnown
        }
    }

    /// The digest that is stored for a key.
    package static func digest(of key: some StringProtocol) -> [UInt8] {
        SHA256.digest(of: key.utf8)
    }

    /// A new key: `zh_`, 8 characters that identify the key, and 32 secret characters (190 random bits).
    package static func generate() -> String {
        var generator = SystemRandomNumberGenerator()
        var key = "zh_"
        for _ in 0..<40 { key.append(alphabet[Int.random(in: alphabet.indices, using: &generator)]) }
        return key
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    private static let longestKey = 512
}

internal import CCrypto

/// Comparisons of secrets. Their duration does not depend on where the values differ.
package enum ConstantTime {
    /// Compares codes, digests and the like, whose lengths everybody knows.
    package static func areEqual(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
        one.withBytes { one in
            other.withBytes { other in
                one.count == other.count && CRYPTO_memcmp(one.baseAddress, other.baseAddress, one.count) == 0
            }
        }
    }

    /// Compares passwords and tokens by their digests, so that the duration tells nothing about their lengths either.
    package static func areEqual(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        areEqual(SHA256.digest(of: one.utf8), SHA256.digest(of: other.utf8))
    }
}

internal import RelayCore

/// Tells values with secrets from one another without showing them.
package enum SecretFingerprint {
    /// The first eight bytes of the SHA-256 of the parts, in hexadecimal.
    package static func text(of parts: [String]) -> String {
        Hex.encode(SHA256.digest(of: Array(parts.joined(separator: "\n").utf8)).prefix(8))
    }
}

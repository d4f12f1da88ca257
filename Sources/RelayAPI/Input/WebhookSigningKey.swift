internal import FoundationEssentials

/// Generates and checks the keys that sign a webhook's deliveries.
enum WebhookSigningKey {
    /// `whsec_` and 32 random bytes as base64 (Standard Webhooks 1.0.0 requires 24 to 64 bytes).
    static func generate() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return prefix + Data(bytes).base64EncodedString()
    }

    /// Why a text is not a valid key; nil when it is.
    static func problem(with key: String) -> String? {
        guard key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return "has a space, a control character or a letter beyond ASCII; a key has none"
        }
        guard key.hasPrefix(prefix) else { return nil }
        let count = Data(base64Encoded: String(key.dropFirst(prefix.utf8.count)))?.count ?? 0
        return (24...64).contains(count) ? nil : "must be whsec_ and the base 64 of 24 to 64 bytes"
    }

    private static let prefix = "whsec_"
}

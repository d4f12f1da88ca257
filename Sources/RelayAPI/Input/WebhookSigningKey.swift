internal import RelayCore

/// Generates and checks the keys that sign a webhook's deliveries.
enum WebhookSigningKey {
    /// `whsec_` and 32 random bytes as base64 (Standard Webhooks 1.0.0 requires 24 to 64 bytes).
    static func generate() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return SigningKeyRules.prefix + Base64.encode(bytes)
    }
}

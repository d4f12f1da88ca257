internal import RelayCore
internal import RelayCrypto

/// Generates and checks the keys that sign a webhook's deliveries.
enum WebhookSigningKeyGenerator {
    /// `whsec_` and 32 random bytes as base64 (Standard Webhooks 1.0.0 requires 24 to 64 bytes).
    static func generate() -> String {
        SigningKeyRules.prefix + Base64.encode(SecureRandom.bytes(count: 32))
    }
}

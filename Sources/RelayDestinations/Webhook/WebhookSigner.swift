internal import FoundationEssentials
package import RelayCore
internal import RelayCrypto

/// Signs bodies with a destination's keys.
package struct WebhookSigner: Sendable {
    private struct Key: Sendable {
        /// Signs as Standard Webhooks asks.
        let standard: HMAC
        /// The secret's text as it stands, for a plain HMAC.
        let plain: SymmetricKey
        let expiresAt: Timestamp?
    }

    private let keys: [Key]

    /// - Parameter secrets: newest first. `whsec_` followed by base64 is the form of Standard Webhooks; any other text
    ///   is used as the key unchanged.
    package init(secrets: [WebhookSigningSecret]) {
        keys = secrets.map { secret in
            let plain = SymmetricKey(bytes: secret.value.utf8)
            return Key(
                standard: HMAC(key: Self.standardKey(secret.value) ?? plain),
                plain: plain,
                expiresAt: secret.expiresAt
            )
        }
    }

    private static func standardKey(_ text: String) -> SymmetricKey? {
        guard text.hasPrefix("whsec_") else { return nil }
        return Data(base64Encoded: String(text.dropFirst(6))).map { SymmetricKey(bytes: $0) }
    }

    /// Whether there are no keys.
    var isEmpty: Bool { keys.isEmpty }

    /// The headers with the signatures of a body; empty without a key. During a rotation every active key signs, up to
    /// ``SigningKeyRules/maximumActive``, when
    /// the scheme supports several signatures (Standard Webhooks); a plain HMAC uses only the newest key.
    package func headers(
        _ scheme: WebhookSigningScheme,
        id: String,
        body: [UInt8],
        at moment: Timestamp
    ) -> [(name: String, value: String)] {
        let active = keys.filter { key in key.expiresAt.map { $0 > moment } ?? true }
            .prefix(SigningKeyRules.maximumActive)
        guard let newest = active.first else { return [] }
        switch scheme {
        case .standardWebhooks:
            let seconds = String(moment.seconds)
            let prefix = Array("\(id).\(seconds).".utf8)
            let signatures = active.map { key in
                "v1," + Data(key.standard.code(for: prefix, body)).base64EncodedString()
            }
            return [
                ("webhook-id", id),
                ("webhook-timestamp", seconds),
                ("webhook-signature", signatures.joined(separator: " ")),
            ]
        case .hmac(let hmac):
            let code = HMAC(key: newest.plain, algorithm: hmac.algorithm).code(for: body)
            let text =
                switch hmac.encoding {
                case .hex: Hex.encode(code)
                case .base64: Data(code).base64EncodedString()
                }
            return [(hmac.header, hmac.prefix + text)]
        }
    }
}

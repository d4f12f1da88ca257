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

        func isActive(at moment: Timestamp) -> Bool { expiresAt.map { $0 > moment } ?? true }
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
        switch scheme {
        case .standardWebhooks: standardHeaders(id: id, body: body, at: moment)
        case .hmac(let format): plainHeaders(format, body: body, at: moment)
        }
    }

    private func standardHeaders(id: String, body: [UInt8], at moment: Timestamp) -> [(name: String, value: String)] {
        let seconds = String(moment.seconds)
        var prefix: [UInt8] = []
        prefix.reserveCapacity(id.utf8.count + seconds.utf8.count + 2)
        prefix.append(contentsOf: id.utf8)
        prefix.append(UInt8(ascii: "."))
        prefix.append(contentsOf: seconds.utf8)
        prefix.append(UInt8(ascii: "."))
        var signatures = ""
        var count = 0
        for key in keys where key.isActive(at: moment) && count < SigningKeyRules.maximumActive {
            signatures += count == 0 ? "v1," : " v1,"
            signatures += Base64.encode(key.standard.code(for: prefix, body))
            count += 1
        }
        guard count > 0 else { return [] }
        return [("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signatures)]
    }

    private func plainHeaders(
        _ format: HMACSignatureFormat, body: [UInt8], at moment: Timestamp
    ) -> [(name: String, value: String)] {
        guard let newest = keys.first(where: { $0.isActive(at: moment) }) else { return [] }
        let code = HMAC(key: newest.plain, algorithm: format.algorithm).code(for: body)
        let text =
            switch format.encoding {
            case .hex: Hex.encode(code)
            case .base64: Base64.encode(code)
            }
        return [(format.header, format.prefix + text)]
    }
}

internal import Crypto
internal import FoundationEssentials
package import RelayCore

/// Signs bodies with a destination's keys.
package struct WebhookSigner: Sendable {
    private struct Key: Sendable {
        let symmetric: SymmetricKey
        let plain: SymmetricKey
        let expiresAt: Timestamp?
    }

    private let keys: [Key]

    /// - Parameter secrets: newest first. `whsec_` followed by base64 is the form of Standard Webhooks; any other text
    ///   is used as the key unchanged.
    package init(secrets: [WebhookSecret]) {
        keys = secrets.map { secret in
            let plain = SymmetricKey(data: Data(secret.value.utf8))
            return Key(
                symmetric: Self.standardKey(secret.value) ?? plain,
                plain: plain,
                expiresAt: secret.expiresAt
            )
        }
    }

    private static func standardKey(_ text: String) -> SymmetricKey? {
        guard text.hasPrefix("whsec_") else { return nil }
        return Data(base64Encoded: String(text.dropFirst(6))).map { SymmetricKey(data: $0) }
    }

    /// Whether there are no keys.
    var isEmpty: Bool { keys.isEmpty }

    /// The headers with the signatures of a body; empty without a key. During a rotation every active key signs when
    /// the scheme supports several signatures (Standard Webhooks); a plain HMAC uses only the newest key.
    package func headers(
        _ scheme: SigningScheme,
        id: String,
        body: [UInt8],
        at moment: Timestamp
    ) -> [(name: String, value: String)] {
        let active = keys.filter { key in key.expiresAt.map { $0 > moment } ?? true }
        guard let newest = active.first else { return [] }
        switch scheme {
        case .standardWebhooks:
            let seconds = String(moment.seconds)
            let signatures = active.map { key in
                var mac = HMAC<SHA256>(key: key.symmetric)
                mac.update(data: Array("\(id).\(seconds).".utf8))
                mac.update(data: body)
                return "v1," + Data(mac.finalize()).base64EncodedString()
            }
            return [
                ("webhook-id", id),
                ("webhook-timestamp", seconds),
                ("webhook-signature", signatures.joined(separator: " ")),
            ]
        case .hmac(let hmac):
            let digest = Self.digest(hmac.algorithm, body, key: newest.plain)
            let text =
                switch hmac.encoding {
                case .hex: Hex.encode(digest)
                case .base64: Data(digest).base64EncodedString()
                }
            return [(hmac.header, hmac.prefix + text)]
        }
    }

    private static func digest(_ algorithm: HMACSigning.Algorithm, _ body: [UInt8], key: SymmetricKey) -> [UInt8] {
        switch algorithm {
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: body, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: body, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: body, using: key))
        }
    }
}

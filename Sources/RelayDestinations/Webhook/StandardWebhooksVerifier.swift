internal import FoundationEssentials
package import RelayCore
internal import RelayCrypto

/// Verifies a received request by Standard Webhooks 1.0.0: any signature of the list must match, compared in constant
/// time, and the timestamp must be within five minutes.
package struct StandardWebhooksVerifier: Sendable {
    package enum Verdict: Sendable, Equatable {
        case valid
        case unsigned
        case invalid(reason: String)
    }

    /// The maximum difference of a timestamp in both directions, as in the reference libraries.
    package static let tolerance: Duration = .seconds(300)

    private let hmac: HMAC

    /// - Parameter secret: `whsec_` followed by base64, or a plain key; nil when it is neither.
    package init?(secret: String) {
        let bare = secret.hasPrefix("whsec_") ? Data(base64Encoded: String(secret.dropFirst(6))) : Data(secret.utf8)
        guard let bare, !bare.isEmpty else { return nil }
        hmac = HMAC(key: SymmetricKey(bytes: bare))
    }

    /// - Parameter header: returns a header by its lower-case name.
    package func verify(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Verdict {
        guard let id = header("webhook-id"), let stamp = header("webhook-timestamp"),
            let signatures = header("webhook-signature")
        else { return .unsigned }
        guard let seconds = Int64(stamp), seconds >= 0 else {
            return .invalid(reason: "webhook-timestamp is no number of seconds")
        }
        let age = moment - Timestamp(seconds: seconds)
        guard age <= Self.tolerance, .zero - age <= Self.tolerance else {
            return .invalid(reason: "the timestamp is more than five minutes off")
        }
        let prefix = Array("\(id).\(stamp).".utf8)
        for entry in signatures.split(separator: " ") where entry.hasPrefix("v1,") {
            guard let mac = Data(base64Encoded: String(entry.dropFirst(3))) else { continue }
            if hmac.isValid(mac, for: prefix, body) { return .valid }
        }
        return .invalid(reason: "no signature fits: another secret, or the body was changed on the way")
    }
}

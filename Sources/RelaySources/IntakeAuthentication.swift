internal import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// What a sender must show. Every comparison takes the same time whatever is shown.
package enum IntakeAuthentication: Sendable {
    /// How far a signed timestamp may be off, both ways.
    static let tolerance: Duration = .seconds(300)

    /// `Authorization: Bearer TOKEN`.
    case bearer(token: String)
    /// A header field with a value that only the sender knows, such as `apikey`.
    case header(name: String, value: String)
    /// A signature of the body.
    case hmac(HMACVerification)
    /// What Meta's Cloud API sends: `X-Hub-Signature-256` with the app's secret. The token answers ``Intake/challenge(query:)``.
    case metaSignature(appSecret: String, verifyToken: String)
    /// What Chatwoot sends from 4.13 on: `X-Chatwoot-Signature`, an HMAC-SHA256 of `TIMESTAMP.BODY`, and
    /// `X-Chatwoot-Timestamp`, which may be five minutes off (reference chatwoot.md, 3).
    case chatwootSignature(secret: String)
    /// A member at the top of the body, as Evolution's `apikey`; of an array, in each element.
    case body(field: String, token: String)

    /// - Parameter moment: now, by the wall clock.
    func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        switch self {
        case .bearer(let token):
            guard let value = header("authorization") else { return false }
            let parts = value.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
            return ConstantTime.areEqual(parts[1].drop { $0 == " " }, token)
        case .header(let name, let expected):
            return header(name).map { ConstantTime.areEqual($0, expected) } ?? false
        case .hmac(let verification):
            return verification.admits(body: body, header: header)
        case .metaSignature(let appSecret, _):
            let verification = HMACVerification(
                header: "x-hub-signature-256",
                algorithm: .sha256,
                secret: appSecret,
                prefix: "sha256="
            )
            return verification.admits(body: body, header: header)
        case .chatwootSignature(let secret):
            guard let stamp = header("x-chatwoot-timestamp"), let seconds = Int64(stamp), seconds > 0,
                abs((moment - Timestamp(seconds: seconds)).milliseconds) <= Self.tolerance.milliseconds
            else { return false }
            let verification = HMACVerification(header: "x-chatwoot-signature", secret: secret, prefix: "sha256=")
            return verification.admits(body: Array("\(stamp).".utf8) + body, header: header)
        case .body(let field, let token):
            guard let document = try? JSON(parsing: body) else { return false }
            let envelopes = document.array ?? [document]
            return !envelopes.isEmpty
                && envelopes.allSatisfy { $0[field]?.string.map { ConstantTime.areEqual($0, token) } ?? false }
        }
    }
}

internal import Crypto
internal import RelayCore
internal import RelayJSON

/// What a sender must show. Every comparison takes the same time whatever is shown.
public enum IntakeAuthentication: Sendable {
    /// `Authorization: Bearer TOKEN`.
    case bearer(token: String)
    /// A header field with a value that only the sender knows, such as `apikey`.
    case header(name: String, value: String)
    /// A signature of the body.
    case hmac(HMACVerification)
    /// What Meta's Cloud API sends: `X-Hub-Signature-256` with the app's secret. The token answers ``Intake/challenge(query:)``.
    case metaSignature(appSecret: String, verifyToken: String)
    /// A member at the top of the body, as Evolution's `apikey`; of an array, in each element.
    case body(field: String, token: String)

    func admits(body: [UInt8], header: (String) -> String?) -> Bool {
        switch self {
        case .bearer(let token):
            guard let value = header("authorization") else { return false }
            let parts = value.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
            return ConstantTime.isEqual(parts[1].drop { $0 == " " }, token)
        case .header(let name, let expected):
            return header(name).map { ConstantTime.isEqual($0, expected) } ?? false
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
        case .body(let field, let token):
            guard let document = try? JSON(parsing: body) else { return false }
            let envelopes = document.array ?? [document]
            return !envelopes.isEmpty
                && envelopes.allSatisfy { $0[field]?.string.map { ConstantTime.isEqual($0, token) } ?? false }
        }
    }
}

enum ConstantTime {
    /// Compares by digests: the time tells nothing of where texts differ, nor how long they are.
    static func isEqual(_ a: some StringProtocol, _ b: some StringProtocol) -> Bool {
        SHA256.hash(data: Array(a.utf8)) == SHA256.hash(data: Array(b.utf8))
    }
}

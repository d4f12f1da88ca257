package import RelayConfig
package import RelayCore
internal import RelayCrypto

/// Authentication for Meta's Cloud API: `X-Hub-Signature-256`, an HMAC with the app secret, and a token in the
/// verification request that Meta sends once for the webhook URL.
package struct MetaSignatureAuthentication: IntakeAuthentication {
    package static let kind = "meta_signature"
    package static let summary = "Meta signs the body in `X-Hub-Signature-256`; `GET /in/NAME` answers its challenge."
    static let appSecret = OptionField.secret("app_secret", "The Meta app's secret.")
    static let verifyToken = OptionField.secret("verify_token", "What was entered as verify token at Meta.")
    package static let fields = [AnyOptionField(appSecret), AnyOptionField(verifyToken)]

    let appSecret: String
    let verifyToken: String
    /// Has the key of the app secret, which is prepared once and not for each request.
    private let signature: IncomingHMACScheme

    package init(_ options: OptionReader) throws {
        self.init(appSecret: try options(Self.appSecret), verifyToken: try options(Self.verifyToken))
    }

    package init(appSecret: String, verifyToken: String) {
        self.appSecret = appSecret
        self.verifyToken = verifyToken
        signature = IncomingHMACScheme(
            header: "x-hub-signature-256", algorithm: .sha256, secret: appSecret, prefix: "sha256=")
    }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        signature.admits(body: body, header: header)
    }

    package func challenge(query: [String: String]) -> String? {
        guard query["hub.mode"] == "subscribe", let token = query["hub.verify_token"],
            ConstantTime.areEqual(token, verifyToken)
        else { return nil }
        return query["hub.challenge"]
    }
}

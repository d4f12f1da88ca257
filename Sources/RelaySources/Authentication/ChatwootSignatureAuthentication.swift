package import RelayConfig
package import RelayCore

/// Authentication by the signature that Chatwoot 4.13 and later sends: `X-Chatwoot-Signature`, an HMAC-SHA256 of
/// `TIMESTAMP.BODY`, and `X-Chatwoot-Timestamp`, which may differ from the clock by five minutes (reference
/// chatwoot.md, 3).
package struct ChatwootSignatureAuthentication: IntakeAuthentication {
    package static let kind = "chatwoot_signature"
    package static let summary =
        "Chatwoot, 4.13 or later, signs the body and the time in `X-Chatwoot-Signature`."
    static let secret = OptionField.secret("secret", "The inbox's secret, as Chatwoot shows it to administrators.")
    package static let fields = [AnyOptionField(secret)]

    /// The maximum difference between a signed timestamp and the clock, in either direction.
    private static let tolerance: Duration = .seconds(300)

    let secret: String
    /// Has the key of the secret, which is prepared once and not for each request.
    private let signature: IncomingHMACScheme

    package init(_ options: OptionReader) throws {
        self.init(secret: try options(Self.secret))
    }

    init(secret: String) {
        self.secret = secret
        signature = IncomingHMACScheme(header: "x-chatwoot-signature", secret: secret, prefix: "sha256=")
    }

    package var issuedSecret: String? { secret }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        guard let stamp = header("x-chatwoot-timestamp"), let seconds = Int64(stamp), seconds > 0,
            abs((moment - Timestamp(seconds: seconds)).milliseconds) <= Self.tolerance.milliseconds
        else { return false }
        return signature.admits(body: Array("\(stamp).".utf8) + body, header: header)
    }
}

package import RelayConfig
package import RelayCore

/// Authentication by an HMAC of the body, in the format that the source configures.
package struct HMACAuthentication: IntakeAuthentication {
    package static let kind = "hmac"
    package static let summary = "Callers send an HMAC of the body in a header."
    static let header = OptionField.headerName("header", "The header with the signature.")
    static let secret = OptionField.secret("secret", "The key of the signature.")
    static let algorithm = OptionField.enumeration(
        "algorithm",
        "The hash.",
        of: HMACSignatureFormat.Algorithm.self,
        default: .sha256
    )
    static let encoding = OptionField.enumeration(
        "encoding",
        "How the signature is written.",
        of: HMACSignatureFormat.Encoding.self,
        default: .hex
    )
    static let prefix = OptionField.string("prefix", "What stands before the signature, as in sha256=.", default: "")
    package static let fields = [
        AnyOptionField(header), AnyOptionField(secret), AnyOptionField(algorithm), AnyOptionField(encoding),
        AnyOptionField(prefix),
    ]

    let verification: IncomingHMACScheme

    package init(_ options: OptionReader) throws {
        verification = IncomingHMACScheme(
            header: try options(Self.header),
            algorithm: try options(Self.algorithm),
            secret: try options(Self.secret),
            encoding: try options(Self.encoding),
            prefix: try options(Self.prefix)
        )
    }

    init(_ verification: IncomingHMACScheme) {
        self.verification = verification
    }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        verification.admits(body: body, header: header)
    }
}

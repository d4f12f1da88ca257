package import RelayConfig
package import RelayCore

/// Authentication by an HMAC of the body, in the format that the source configures.
package struct HMACAuthentication: IntakeAuthentication {
    package static let kind = "hmac"
    package static let summary = "Callers send an HMAC of the body in a header."
    static let header = Field.headerName("header", "The header with the signature.")
    static let secret = Field.secret("secret", "The key of the signature.")
    static let algorithm = Field.enumeration(
        "algorithm",
        "The hash.",
        of: HMACSigning.Algorithm.self,
        default: .sha256
    )
    static let encoding = Field.enumeration(
        "encoding",
        "How the signature is written.",
        of: HMACSigning.Encoding.self,
        default: .hex
    )
    static let prefix = Field.string("prefix", "What stands before the signature, as in sha256=.", default: "")
    package static let fields = [
        AnyField(header), AnyField(secret), AnyField(algorithm), AnyField(encoding), AnyField(prefix),
    ]

    let verification: HMACSignatureScheme

    package init(_ options: OptionReader) throws {
        verification = HMACSignatureScheme(
            header: try options(Self.header),
            algorithm: try options(Self.algorithm),
            secret: try options(Self.secret),
            encoding: try options(Self.encoding),
            prefix: try options(Self.prefix)
        )
    }

    init(_ verification: HMACSignatureScheme) {
        self.verification = verification
    }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        verification.admits(body: body, header: header)
    }
}

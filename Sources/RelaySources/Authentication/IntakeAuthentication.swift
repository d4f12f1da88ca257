package import RelayConfig
package import RelayCore

/// A kind of authentication of senders. Secrets are compared in constant time.
///
/// To add a kind, add a file with a type that conforms to this protocol, and a line in ``BuiltInAuthenticationKinds``.
package protocol IntakeAuthentication: AuthenticationOptions {
    /// Whether a request is authenticated.
    /// - Parameters:
    ///   - body: the exact bytes of the body.
    ///   - moment: the current wall-clock time.
    ///   - header: returns the value of a header field by its case-insensitive name.
    func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool

    /// The response to a provider's verification request for the webhook URL, to be sent as `text/plain`; nil when the
    /// request must not be answered. Default nil.
    func challenge(query: [String: String]) -> String?

    /// The member of a document that contains the secret; nil when it is elsewhere. Default nil.
    var secretMember: String? { get }

    /// The same authentication, adapted to the documents of a format. Default unchanged.
    func adapted(to format: any SourceFormat.Type) throws(UnsupportedAuthenticationError) -> Self
}

extension IntakeAuthentication {
    package func challenge(query: [String: String]) -> String? { nil }
    package var secretMember: String? { nil }
    package func adapted(to format: any SourceFormat.Type) throws(UnsupportedAuthenticationError) -> Self { self }
}

/// The reason why a kind of authentication cannot be used with a format.
package struct UnsupportedAuthenticationError: Error, Sendable, CustomStringConvertible {
    let message: String
    /// How to fix the configuration.
    let help: String

    package var description: String { "\(message); \(help)" }
}

extension OptionValueType where Value == any IntakeAuthentication {
    /// The `auth:` option of a source.
    static var authentication: OptionValueType {
        .kinds(
            BuiltInAuthenticationKinds.all.map { $0.configuredKind }, title: "auth",
            summary: "How a caller authenticates.")
    }
}

extension IntakeAuthentication {
    fileprivate static var configuredKind: OptionVariantParser<any IntakeAuthentication> {
        OptionVariantParser(OptionVariant(name: kind, summary: summary, fields: fields)) { try Self($0) }
    }
}

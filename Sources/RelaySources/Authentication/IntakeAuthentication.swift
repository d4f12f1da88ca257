package import RelayConfig
package import RelayCore

/// A kind of authentication: what a sender must show. Every comparison takes the same time whatever is shown.
///
/// A new kind is a file with a type like this and a line in ``BuiltInAuthentication``.
package protocol IntakeAuthentication: AuthenticationOptions {
    /// Whether a request shows what it must.
    /// - Parameters:
    ///   - body: the exact bytes.
    ///   - moment: now, by the wall clock.
    ///   - header: reads a header field by its name, in any case.
    func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool

    /// The answer to a provider's question whether the URL is ours, to be sent back as `text/plain`; nil, as by default,
    /// when it is not to be answered.
    func challenge(query: [String: String]) -> String?

    /// The same for the documents of a format. Default unchanged.
    func adapted(to format: any EventFormat.Type) throws(AuthenticationFormatError) -> Self
}

extension IntakeAuthentication {
    package func challenge(query: [String: String]) -> String? { nil }
    package func adapted(to format: any EventFormat.Type) throws(AuthenticationFormatError) -> Self { self }
}

/// Why a kind of authentication cannot be used with a format.
package struct AuthenticationFormatError: Error, Sendable, CustomStringConvertible {
    let message: String
    /// What to write instead.
    let help: String

    package var description: String { "\(message); \(help)" }
}

extension FieldType where Value == any IntakeAuthentication {
    /// `auth:` of a source.
    static var authentication: FieldType {
        .kinds(
            BuiltInAuthentication.all.map { $0.configuredKind }, title: "auth", summary: "How a caller proves itself.")
    }
}

extension IntakeAuthentication {
    fileprivate static var configuredKind: ConfiguredKind<any IntakeAuthentication> {
        ConfiguredKind(FieldKind(name: kind, summary: summary, fields: fields)) { try Self($0) }
    }
}

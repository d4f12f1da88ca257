package import RelayConfig
package import RelayCore
internal import RelayCrypto
internal import RelayJSON

/// Authentication by a top-level member of the JSON body, such as Evolution's `apikey`. In an array, every element must
/// have it.
package struct BodyTokenAuthentication: IntakeAuthentication {
    package static let kind = "body"
    package static let summary = "Callers send a token as a member of the document, which goes no further."
    static let token = OptionField.secret("token", "The token that callers send.")
    static let field = OptionField.string(
        "field",
        "The member of the body that has the token; default the format's own, such as Evolution's apikey.",
        default: ""
    )
    package static let fields = [AnyOptionField(token), AnyOptionField(field)]

    /// The name of the member; empty before ``adapted(to:)`` sets it for a format.
    let field: String
    let token: String

    package init(_ options: OptionReader) throws {
        field = try options(Self.field)
        token = try options(Self.token)
    }

    init(field: String, token: String) {
        self.field = field
        self.token = token
    }

    package func adapted(to format: any SourceFormat.Type) throws(UnsupportedAuthenticationError)
        -> BodyTokenAuthentication
    {
        guard field.isEmpty else { return self }
        guard let known = format.secretField else {
            throw UnsupportedAuthenticationError(
                message: "documents of the format \(format.name) carry no secret of their own",
                help: "add field: the member of the body that has it"
            )
        }
        return BodyTokenAuthentication(field: known, token: token)
    }

    package var secretMember: String? { field }

    package func admits(body: [UInt8], at moment: Timestamp, header: (String) -> String?) -> Bool {
        guard let document = try? JSON(parsing: body) else { return false }
        let envelopes = document.array ?? [document]
        return !envelopes.isEmpty
            && envelopes.allSatisfy { $0[field]?.string.map { ConstantTime.areEqual($0, token) } ?? false }
    }
}

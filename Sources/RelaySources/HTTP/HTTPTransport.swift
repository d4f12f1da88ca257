package import RelayConfig
package import RelayCore

/// Accepts documents that are posted to `/in/NAME`.
package struct HTTPTransport: SourceTransport {
    package static let kind = "http"
    package static let summary = "Accepts POST requests at `/in/NAME` and `/in/NAME/SESSION`."
    static let auth = OptionField<any IntakeAuthentication>("auth", "How callers authenticate.", .authentication)
        .optional
    package static let fields = [AnyOptionField(auth)]
    package static let takesPosts = true

    private let intakeAuthentication: (any IntakeAuthentication)?

    package init(_ options: OptionReader, format: any SourceFormat.Type) throws {
        do {
            intakeAuthentication = try options(Self.auth)?.adapted(to: format)
        } catch let error as UnsupportedAuthenticationError {
            throw options.fail(Self.auth, error.message, help: error.help)
        }
    }

    package var authentication: (any AuthenticationOptions)? { intakeAuthentication }

    package func connect(_ reader: SourceDocumentReader, in environment: TransportBuildContext) -> SourceConnection {
        .posted(
            Intake(
                reader: reader,
                authentication: intakeAuthentication,
                journal: environment.journal,
                rejectedDocuments: environment.rejectedDocuments,
                clock: environment.clock
            )
        )
    }
}

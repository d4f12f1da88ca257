internal import RelayCore
internal import RelayJSON

/// The session that an envelope belongs to.
struct EnvelopeSessionResolver {
    let context: FormatReadContext
    /// The members that may contain the session; the first one present is used.
    let fields: [String]

    /// The session of the URL, else that of the envelope, else the source's.
    /// - Throws: ``InvalidDocumentError`` `.missingSession`.
    func resolve(_ envelope: JSONObject, at pointer: String) throws(InvalidDocumentError) -> String {
        if let session = context.session {
            guard Session.isValid(id: session) else { throw Self.invalid(at: nil) }
            return session
        }
        guard let field = fields.first(where: { Self.isPresent(envelope[$0]) }), let value = envelope[field] else {
            if let session = context.defaultSession { return session }
            throw InvalidDocumentError(
                .missingSession,
                "Neither the path nor the document names a session; post to …/SESSION, or write \"\(fields.first ?? "session")\" beside \"event\".",
                pointer: pointer.isEmpty ? nil : pointer
            )
        }
        guard let session = value.string, Session.isValid(id: session) else {
            throw Self.invalid(at: "\(pointer)/\(field)")
        }
        return session
    }

    /// The error for a value that is not a valid session id.
    /// - Parameter pointer: the JSON pointer of the value; nil when it is in the URL.
    static func invalid(at pointer: String?) -> InvalidDocumentError {
        InvalidDocumentError(
            .missingSession,
            "A session's id is a text of 1 to 128 characters out of A-Z a-z 0-9 . _ : @ + -",
            pointer: pointer
        )
    }

    private static func isPresent(_ value: JSON?) -> Bool {
        value?.isNull == false
    }
}

internal import RelayCore
internal import RelayJSON

/// A gateway's document on its way through a format: parsed, and opened into its envelopes.
struct Document {
    let root: JSON

    /// - Throws: ``FormatError`` `.malformed` when the bytes are no JSON.
    init(_ bytes: [UInt8]) throws(FormatError) {
        guard !bytes.isEmpty else {
            throw FormatError(.malformed, "The body is empty; send one JSON document.")
        }
        do {
            root = try JSON(parsing: bytes)
        } catch {
            throw FormatError(.malformed, "The body is no JSON document: \(error.message)")
        }
    }

    /// The envelopes in it, each with its JSON pointer: the document itself, or the elements when it is an array.
    func envelopes(of dialect: String) throws(FormatError) -> [(envelope: JSONObject, pointer: String)] {
        if let object = root.object { return [(object, "")] }
        guard let elements = root.array else {
            throw FormatError(
                .notAnEvent, "Send a JSON object of the \(dialect) format, or an array of such.", pointer: "")
        }
        var envelopes: [(JSONObject, String)] = []
        envelopes.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let object = element.object else {
                throw FormatError(
                    .notAnEvent, "Every element must be a JSON object of the \(dialect) format.", pointer: "/\(index)")
            }
            envelopes.append((object, "/\(index)"))
        }
        return envelopes
    }
}

/// The session that an envelope belongs to.
struct SessionName {
    let context: FormatContext
    /// The fields that may name it, the first one present counts.
    let fields: [String]
    /// Whether any envelope of the document names one: then one that does not is a mistake of its own.
    let isNamedElsewhere: Bool

    init(
        context: FormatContext,
        envelopes: [(envelope: JSONObject, pointer: String)],
        fields: [String] = ["session", "sessionId"]
    ) {
        self.context = context
        self.fields = fields
        isNamedElsewhere = envelopes.contains { [fields] entry in
            fields.contains { Self.isPresent(entry.envelope[$0]) }
        }
    }

    /// The address's session, else the envelope's.
    /// - Throws: ``FormatError`` `.missingSession`. Its pointer is nil only when nothing in the document names a
    ///   session, so that a source's default may stand in.
    func resolve(_ envelope: JSONObject, at pointer: String) throws(FormatError) -> String {
        if let session = context.session {
            guard Session.isValid(id: session) else { throw invalid(pointer: nil) }
            return session
        }
        guard let field = fields.first(where: { Self.isPresent(envelope[$0]) }), let value = envelope[field] else {
            throw FormatError(
                .missingSession,
                "Neither the address nor the document names a session; post to …/SESSION, or write \"session\" beside \"event\".",
                pointer: isNamedElsewhere ? pointer : nil
            )
        }
        guard let session = value.string, Session.isValid(id: session) else {
            throw invalid(pointer: "\(pointer)/\(field)")
        }
        return session
    }

    private static func isPresent(_ value: JSON?) -> Bool {
        value != nil && value != .null
    }

    private func invalid(pointer: String?) -> FormatError {
        FormatError(
            .missingSession,
            "A session's id is a text of 1 to 128 characters out of A-Z a-z 0-9 . _ : @ + -",
            pointer: pointer
        )
    }
}

internal import RelayConfig
internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// The answer of a gateway to a lookup.
struct ScriptedLookup: Sendable {
    enum Result: Sendable {
        /// The gateway knows this data; the format of the response is not tested.
        case knows(LookupAnswer)
        /// The response, which is parsed like the stage parses it.
        case response(status: Int, body: [UInt8])
        /// No answer comes; a time-out takes as long as the stage waits.
        case failure(HTTPClientError.Code)
    }

    /// The JID of the contact or group; nil: any.
    var chat: String?
    var after: Duration
    var result: Result

    private static let chat = Field.string("chat", "The chat that is asked about; default every chat.").optional
    private static let after = Field.duration(
        "after", "How long the answer takes.", .zero...(.seconds(3600)), default: .zero)
    private static let name = Field.string("name", "The group's subject, or the saved name.").optional
    private static let pushName = Field.string("push_name", "The name that the person chose.").optional
    private static let verifiedName = Field.string("verified_name", "The name that WhatsApp verified.").optional
    private static let picture = Field.string("picture", "The picture's URL; empty: there is none.").optional
    private static let phone = Field(
        "phone", "The JID with the phone number of a hidden identity.", FieldType.address(ofGroup: false)
    ).optional
    private static let status = Field.int("status", "The status of its answer.", 200...599, default: 200)
    private static let body = Field.node(
        "body", "Its answer as it is sent, read as the stage reads it.", "the answer's body"
    ).optional
    private static let fields = [
        AnyField(chat), AnyField(after), AnyField(name), AnyField(pushName), AnyField(verifiedName),
        AnyField(picture), AnyField(phone), AnyField(status), AnyField(body),
    ]

    /// A status, a word such as `timeout`, or a map with the gateway's data or its response.
    static let type = FieldType<ScriptedLookup>.custom(
        "what the gateway knows, a status such as 404, or timeout",
        .either([ScriptedAnswer.wordShape, .options(fields)])
    ) { node in
        guard node.isMap else {
            let result: Result =
                switch try ScriptedAnswer.word(node) {
                case .response(let status, _, _): .response(status: status, body: [])
                case .failure(let kind): .failure(kind)
                }
            return ScriptedLookup(after: .zero, result: result)
        }
        let options = try OptionReader(node, as: "an answer", fields: fields)
        return ScriptedLookup(
            chat: try options(chat).map { JID($0)?.description ?? $0 },
            after: try options(after),
            result: try result(options)
        )
    }

    private static func result(_ options: OptionReader) throws -> Result {
        let answer = LookupAnswer(
            name: try options(name),
            pushName: try options(pushName),
            verifiedName: try options(verifiedName),
            imageURL: try options(picture),
            phone: try options(phone).flatMap { JID($0) }
        )
        let isKnown = answer != LookupAnswer()
        guard options.isSet(status) || options.isSet(body) else {
            if isKnown { return .knows(answer) }
            throw options.fail("the answer says nothing", help: "write name or picture, body, or status: 404")
        }
        if isKnown {
            throw options.fail("an answer is either what is known or as it is sent", help: "remove status and body")
        }
        return .response(status: try options(status), body: try options(body)?.json.bytes ?? [])
    }
}

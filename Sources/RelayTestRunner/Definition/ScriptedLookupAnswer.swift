internal import RelayConfig
internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// The answer of a gateway to a lookup.
struct ScriptedLookupAnswer: Sendable {
    enum Result: Sendable {
        /// The gateway knows this data; the format of the response is not tested.
        case knows(DirectoryLookupAnswer)
        /// The response, which is parsed like the stage parses it.
        case response(status: Int, body: [UInt8])
        /// No answer comes; a time-out takes as long as the stage waits.
        case failure(HTTPClientError.Code)
    }

    /// The JID of the contact or group; nil: any.
    var chat: String?
    var after: Duration
    var result: Result

    private static let chat = OptionField.string("chat", "The chat that is asked about; default every chat.").optional
    private static let after = OptionField.duration(
        "after", "How long the answer takes.", .zero...(.seconds(3600)), default: .zero)
    private static let name = OptionField.string("name", "The group's subject, or the saved name.").optional
    private static let pushName = OptionField.string("push_name", "The name that the person chose.").optional
    private static let verifiedName = OptionField.string("verified_name", "The name that WhatsApp verified.").optional
    private static let picture = OptionField.string("picture", "The picture's URL; empty: there is none.").optional
    private static let phone = OptionField(
        "phone", "The JID with the phone number of a hidden identity.", OptionValueType.address(ofGroup: false)
    ).optional
    private static let status = OptionField.int("status", "The status of its answer.", 200...599, default: 200)
    private static let body = OptionField.node(
        "body", "Its answer as it is sent, read as the stage reads it.", "the answer's body"
    ).optional
    private static let fields = [
        AnyOptionField(chat), AnyOptionField(after), AnyOptionField(name), AnyOptionField(pushName),
        AnyOptionField(verifiedName),
        AnyOptionField(picture), AnyOptionField(phone), AnyOptionField(status), AnyOptionField(body),
    ]

    /// A status, a word such as `timeout`, or a map with the gateway's data or its response.
    static let type = OptionValueType<ScriptedLookupAnswer>.custom(
        "what the gateway knows, a status such as 404, or timeout",
        .either([SimulatedReceiverAnswer.wordShape, .options(fields)])
    ) { node in
        guard node.isMap else {
            let result: Result =
                switch try SimulatedReceiverAnswer.word(node) {
                case .response(let status, _, _): .response(status: status, body: [])
                case .failure(let kind): .failure(kind)
                }
            return ScriptedLookupAnswer(after: .zero, result: result)
        }
        let options = try OptionReader(node, as: "an answer", fields: fields)
        return ScriptedLookupAnswer(
            chat: try options(chat).map { JID($0)?.description ?? $0 },
            after: try options(after),
            result: try result(options)
        )
    }

    private static func result(_ options: OptionReader) throws -> Result {
        let answer = DirectoryLookupAnswer(
            name: try options(name),
            pushName: try options(pushName),
            verifiedName: try options(verifiedName),
            imageURL: try options(picture),
            phone: try options(phone).flatMap { JID($0) }
        )
        let isKnown = answer != DirectoryLookupAnswer()
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

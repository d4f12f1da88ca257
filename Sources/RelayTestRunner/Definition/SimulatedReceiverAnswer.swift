internal import RelayConfig
internal import RelayHTTPClient

/// The response of a receiver to one request.
enum SimulatedReceiverAnswer: Sendable {
    case response(status: Int, headers: [(name: String, value: String)], body: String)
    /// No answer comes; a time-out takes as long as the destination allows.
    case failure(HTTPClientError.Code)

    static let ok = SimulatedReceiverAnswer.response(status: 200, headers: [], body: "")

    private static let failures: [HTTPClientError.Code] = [.timeout, .connect, .dns, .tls, .reset]
    private static let status = OptionField.int("status", "What it answers.", 200...599)
    private static let headers = OptionField<[String: String]>.map(
        "headers", "Of the answer.", of: .string, default: [:])
    private static let body = OptionField.string("body", "Of the answer.", default: "")
    private static let fields = [AnyOptionField(status), AnyOptionField(headers), AnyOptionField(body)]

    /// A status, or the reason why there is no response.
    static let wordShape = OptionValueSchema.either([.int(200...599), .words(failures.map(\.rawValue))])

    /// A status, a word such as `timeout`, or a map of status, headers and body.
    static let type = OptionValueType<SimulatedReceiverAnswer>.custom(
        "a status such as 503, or timeout", .either([wordShape, .options(fields)])
    ) { node in
        guard node.isMap else { return try word(node) }
        let options = try OptionReader(node, as: "an answer", fields: fields)
        let headers = try options(headers).sorted { $0.key < $1.key }
        return .response(
            status: try options(status),
            headers: headers.map { (name: $0.key.lowercased(), value: $0.value) },
            body: try options(body)
        )
    }

    /// `503`, or `timeout`.
    static func word(_ node: ConfigNode) throws -> SimulatedReceiverAnswer {
        let text = try node.text
        if let status = Int(text) {
            guard (200...599).contains(status) else {
                throw node.fail("there is no status \(status)", help: "write one from 200 to 599")
            }
            return .response(status: status, headers: [], body: "")
        }
        let word = try OptionValueType.word(among: failures.map(\.rawValue), what: "answer").parse(node)
        return .failure(HTTPClientError.Code(rawValue: word) ?? .other)
    }

    /// The responses of each destination.
    /// - Parameter names: the destinations; nil: any.
    static func map(of names: [String]?) -> OptionValueType<[String: [SimulatedReceiverAnswer]]> {
        .custom("a map of destinations to answers", .map(.list(type.shape))) { node in
            let fields = (names ?? []).map { name in
                OptionField(name, "What it answers, in order.", .oneOrMore(type), default: [.ok])
            }
            let options = try OptionReader(node, as: "destinations", fields: fields.map { AnyOptionField($0) })
            return try fields.reduce(into: [:]) { answers, field in
                guard options.isSet(field) else { return }
                answers[field.name] = try options(field)
                if answers[field.name]?.isEmpty == true {
                    throw options.fail(field, "\"\(field.name)\" answers nothing", help: "write 200, or leave it out")
                }
            }
        }
    }
}

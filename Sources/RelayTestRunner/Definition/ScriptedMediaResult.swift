internal import RelayConfig
internal import RelayCore

/// The result of fetching a message's file.
struct ScriptedMediaResult: Sendable {
    enum Result: Sendable {
        /// The file's size in bytes; nil: the size in the message.
        case found(size: Int64?)
        case fails(MediaError.Code)
    }

    /// The id of the message with the file; nil: any.
    var message: String?
    /// The time from the first request to the result.
    var after: Duration
    var result: Result

    private static let message = OptionField.string("message", "The message's id; default every message.").optional
    private static let after = OptionField.duration(
        "after", "How long the download takes, from the first request on.", .zero...(.seconds(30 * 86_400)),
        default: .zero)
    private static let size = OptionField<Int>.size(
        "size", "The size of the file; default the size in the message."
    ).optional
    private static let fails = OptionField.enumeration(
        "fails", "Why the download fails.", of: MediaError.Code.self
    ).optional
    private static let fields = [
        AnyOptionField(message), AnyOptionField(after), AnyOptionField(size), AnyOptionField(fails),
    ]

    private static let found = "found"
    private static let words = [found] + MediaError.Code.allCases.map(\.rawValue)

    /// `found`, a reason such as `gone`, or a map.
    static let type = OptionValueType<ScriptedMediaResult>.custom(
        "found, a reason such as gone, or a map", .either([.words(words), .options(fields)])
    ) { node in
        guard node.isMap else {
            let word = try OptionValueType.word(among: words, what: "answer").parse(node)
            let reason = MediaError.Code(rawValue: word)
            return ScriptedMediaResult(after: .zero, result: reason.map { .fails($0) } ?? .found(size: nil))
        }
        let options = try OptionReader(node, as: "a file", fields: fields)
        let (size, reason) = (try options(size), try options(fails))
        if size != nil, reason != nil {
            throw options.fail(Self.size, "a file that cannot be fetched has no size", help: "remove size or fails")
        }
        return ScriptedMediaResult(
            message: try options(message),
            after: try options(after),
            result: reason.map { .fails($0) } ?? .found(size: size.map(Int64.init))
        )
    }
}

internal import RelayJSON

/// Why an evaluation does not continue.
enum JQFailure: Error {
    /// An error that `try` catches: a text of the evaluator, which contains no values of the event.
    case message(String)
    /// A value that the expression gave to `error`. `isLiteral` when it stands in the expression itself.
    case raised(JSON, isLiteral: Bool)
    /// `break`, and the end of `first`, `limit` and others: unwinds to the label with this number.
    case stop(Int)
    /// The budget is exceeded or the evaluation cancelled; nothing catches this.
    case ended(JQError)

    /// What `catch` sees; `nil` for what it does not catch.
    var caught: JSON? {
        switch self {
        case .message(let text): .string(text)
        case .raised(let value, _): value
        case .stop, .ended: nil
        }
    }

    var error: JQError {
        switch self {
        case .message(let text): return JQError(message: text)
        case .raised(let value, let isLiteral):
            let text = isLiteral ? value.string ?? value.text : nil
            let message = text ?? "the expression ended with `error`, with \(JQKind.named(value))"
            return JQError(code: .raised, message: message, raised: value)
        case .stop: return JQError(message: "`break` outside of its label")
        case .ended(let error): return error
        }
    }
}

/// Names of the kinds of values.
enum JQKind {
    static func name(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .int, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// With an article.
    static func named(_ value: JSON) -> String {
        switch value {
        case .null: "null"
        case .array: "an array"
        case .object: "an object"
        default: "a " + name(value)
        }
    }
}

internal import RelayCore
internal import RelayJSON

extension JSON {
    static func orNull(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    static func orNull(_ number: Int?) -> JSON { number.map { .int(Int64($0)) } ?? .null }
    /// As `2025-11-13T10:30:00.000Z`.
    static func orNull(_ moment: Timestamp?) -> JSON { moment.map { .string($0.iso8601) } ?? .null }
    static func strings(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }

    /// The kind of the value with its article, for error messages.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .int, .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

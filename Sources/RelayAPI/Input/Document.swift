internal import RelayJSON

/// Reads JSON off a request.
enum Document {
    /// - Throws: 400 with the place of the first mistake.
    static func parse(_ bytes: [UInt8]) throws(APIError) -> JSON {
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw .badRequest("The body is not valid JSON: \(error).", code: "malformed_body")
        }
    }
}

extension JSON {
    static func orNull(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    static func orNull(_ number: Int?) -> JSON { number.map { .int(Int64($0)) } ?? .null }
    static func strings(_ texts: some Sequence<String>) -> JSON { .array(texts.map { .string($0) }) }

    /// What it is, with its article, for messages.
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

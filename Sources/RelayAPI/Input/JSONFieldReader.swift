internal import RelayCore
internal import RelayJSON

/// Reads the fields of a JSON object and collects all errors, so that the caller gets them in one response.
struct JSONFieldReader {
    private let object: JSONObject
    private let pointer: String
    private var known: [String] = []
    private var problems: [APIError.FieldError] = []

    /// - Throws: 422 when the document is not an object.
    init(_ document: JSON, at pointer: String = "") throws(APIError) {
        guard case .object(let object) = document else {
            throw .validation([
                APIError.FieldError(pointer: pointer, "The body must be a JSON object, not \(document.kindName).")
            ])
        }
        self.object = object
        self.pointer = pointer
    }

    var isEmpty: Bool { object.isEmpty }

    /// Nil when absent. `null` is a value.
    mutating func value(_ name: String) -> JSON? {
        known.append(name)
        return object[name]
    }

    /// The fields that have not been read yet, for another reader.
    mutating func remaining() -> JSONObject {
        let fields = object.filter { !known.contains($0.key) }.map { ($0.key, $0.value) }
        known += fields.map(\.0)
        return JSONObject(fields)
    }

    func has(_ name: String) -> Bool { object[name] != nil }
    func isNull(_ name: String) -> Bool { object[name]?.isNull ?? false }

    /// - Parameter length: in characters.
    mutating func string(_ name: String, required: Bool = false, length: ClosedRange<Int> = 1...4096) -> String? {
        guard let value = present(name, required: required, expected: "a string") else { return nil }
        guard case .string(let text) = value else { return wrong(name, value, expected: "a string") }
        guard length.contains(text.count) else {
            problem(name, "has \(text.count) characters; \(length.lowerBound) to \(length.upperBound) are allowed")
            return nil
        }
        return text
    }

    mutating func int(_ name: String, in range: ClosedRange<Int>) -> Int? {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        guard let value = present(name, required: false, expected: expected) else { return nil }
        guard case .int(let number) = value, let number = Int(exactly: number), range.contains(number) else {
            problem(name, "must be \(expected)")
            return nil
        }
        return number
    }

    mutating func bool(_ name: String) -> Bool? {
        guard let value = present(name, required: false, expected: "true or false") else { return nil }
        guard case .bool(let flag) = value else { return wrong(name, value, expected: "true or false") }
        return flag
    }

    mutating func object(_ name: String, required: Bool = false) -> JSONObject? {
        guard let value = present(name, required: required, expected: "an object") else { return nil }
        guard case .object(let object) = value else { return wrong(name, value, expected: "an object") }
        return object
    }

    /// - Parameter check: returns what is wrong with a string, or nil when it is valid.
    mutating func strings(_ name: String, check: (String) -> String?) -> [String]? {
        guard let value = present(name, required: false, expected: "an array of strings") else { return nil }
        guard case .array(let items) = value else { return wrong(name, value, expected: "an array of strings") }
        return items.enumerated().map { index, item in
            let mistake = item.string.map(check) ?? "must be a string, not \(item.kindName)"
            if let mistake { problem("\(name)/\(index)", mistake, isPath: true) }
            return item.string ?? ""
        }
    }

    mutating func timestamp(_ name: String) -> Timestamp? {
        guard let text = string(name) else { return nil }
        let value = Timestamp(iso8601: text)
        if value == nil { problem(name, "is “\(text.prefix(40))”; give a moment such as 2025-11-13T10:30:00Z") }
        return value
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = string(name) else { return nil }
        if let value = Value(rawValue: text) { return value }
        problem(
            name, "is “\(text.prefix(40))”; \(SpellingSuggestion.hint(for: text, in: Value.allCases.map(\.rawValue)))")
        return nil
    }

    /// Records an error.
    /// - Parameter isPath: whether `name` is an escaped path of several fields.
    mutating func problem(_ name: String, _ message: String, isPath: Bool = false) {
        let part = isPath ? name : Self.escape(name)
        problems.append(APIError.FieldError(pointer: "\(pointer)/\(part)", message))
    }

    /// Records errors that were found elsewhere.
    mutating func add(_ found: [APIError.FieldError]) {
        problems += found
    }

    /// Ends the reading.
    /// - Throws: 422 with all errors, including unknown fields.
    mutating func finish() throws(APIError) {
        for name in object.keys where !known.contains(name) {
            problem(name, "is not a field of this request; \(SpellingSuggestion.hint(for: name, in: known))")
        }
        guard problems.isEmpty else { throw .validation(problems) }
    }

    private mutating func present(_ name: String, required: Bool, expected: String) -> JSON? {
        guard let value = value(name), !value.isNull else {
            if required { problem(name, "is missing; give \(expected)") }
            return nil
        }
        return value
    }

    private mutating func wrong<Value>(_ name: String, _ value: JSON, expected: String) -> Value? {
        problem(name, "must be \(expected), not \(value.kindName)")
        return nil
    }

    /// A name as a token of a JSON pointer (RFC 6901).
    static func escape(_ name: String) -> String {
        name.utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
            ? String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }) : name
    }
}

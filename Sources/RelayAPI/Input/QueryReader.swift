internal import RelayCore

/// Reads the parameters of a query string and collects every mistake in them.
struct QueryReader {
    private var values: [String: String] = [:]
    private var known: [String] = []
    private var problems: [APIError.Problem] = []

    init(_ query: String?) throws(APIError) {
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(parts[0], plusIsSpace: true),
                let value = PercentCoding.decode(parts.count == 2 ? parts[1] : parts[0].prefix(0), plusIsSpace: true)
            else { throw .badRequest("The query is not valid percent-encoded UTF-8.") }
            if values.updateValue(value, forKey: name) != nil { problem(name, "is given twice; give it once") }
        }
    }

    /// All of them, for those who know what to do with any.
    var all: [String: String] { values }

    /// Nil when absent or empty.
    mutating func text(_ name: String) -> String? {
        known.append(name)
        return values[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A session's id or a chat's address. Neither has spaces, and both may have a `+` that was not encoded.
    mutating func id(_ name: String) -> String? {
        text(name).map { String($0.map { $0 == " " ? "+" : $0 }) }
    }

    mutating func int(_ name: String, default fallback: Int, in range: ClosedRange<Int>) -> Int {
        guard let text = text(name) else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            problem(
                name, "is “\(text.prefix(40))”; give a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    /// How many rows, 1 to 100, by default 50.
    mutating func limit() -> Int { int("limit", default: 50, in: 1...100) }
    mutating func offset() -> Int { int("offset", default: 0, in: 0...1_000_000_000) }

    mutating func timestamp(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        // The `+` of an offset that was not encoded has become a space; one between date and time is meant.
        let plus = text.lastIndex(of: " ").map { text[..<$0] + "+" + text[text.index(after: $0)...] }
        let value = Timestamp(iso8601: text) ?? plus.flatMap { Timestamp(iso8601: $0) }
        if value == nil { problem(name, "is “\(text.prefix(40))”; give a moment such as 2025-11-13T10:30:00Z") }
        return value
    }

    mutating func choice<Value>(_ name: String, _ choices: [(name: String, value: Value)]) -> Value? {
        text(name).flatMap { choice(of: $0, for: name, choices) }
    }

    /// Several, with commas between.
    mutating func choices<Value>(_ name: String, _ choices: [(name: String, value: Value)]) -> [Value] {
        (text(name) ?? "").split(separator: ",").compactMap { choice(of: String($0), for: name, choices) }
    }

    private mutating func choice<Value>(
        of text: String,
        for name: String,
        _ choices: [(name: String, value: Value)]
    ) -> Value? {
        if let choice = choices.first(where: { $0.name == text }) { return choice.value }
        problem(name, "is “\(text.prefix(40))”; \(Suggestion.hint(for: text, in: choices.map(\.name)))")
        return nil
    }

    mutating func problem(_ name: String, _ message: String) {
        problems.append(APIError.Problem(.query(name), message))
    }

    /// - Throws: 422 with everything that was wrong, parameters that no one asked for included.
    mutating func finish() throws(APIError) {
        for name in values.keys.sorted() where !known.contains(name) {
            problem(name, "is not a parameter of this route; \(Suggestion.hint(for: name, in: known))")
        }
        guard problems.isEmpty else { throw .validation(problems) }
    }
}

internal import RelayCore

/// Reads the parameters of a query string and collects all errors in them.
struct QueryParameterReader {
    private var values: [String: [String]] = [:]
    private var known: [String] = []
    private var problems: [APIError.FieldError] = []

    init(_ query: String?) throws(APIError) {
        for pair in (query ?? "").utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(parts[0], plusIsSpace: true),
                let value = PercentCoding.decode(parts.count == 2 ? parts[1] : parts[0].prefix(0), plusIsSpace: true)
            else { throw .badRequest("The query is not valid percent-encoded UTF-8.") }
            values[name, default: []].append(value)
        }
    }

    /// All parameters, for handlers that accept any name.
    var all: [String: String] { values.compactMapValues(\.first) }

    /// Nil when absent or empty.
    mutating func text(_ name: String) -> String? {
        known.append(name)
        let given = values[name] ?? []
        if given.count > 1 { problem(name, "is given twice; give it once") }
        return given.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Several values: a repeated parameter, or values separated by commas.
    mutating func texts(_ name: String) -> [String] {
        known.append(name)
        return (values[name] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
    }

    /// A session's id or a chat's JID. Neither contains spaces, and both may contain a `+` that was not encoded.
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

    /// The number of rows, 1 to 100; default 50.
    mutating func limit() -> Int { int("limit", default: 50, in: 1...100) }
    mutating func offset() -> Int { int("offset", default: 0, in: 0...1_000_000_000) }

    mutating func timestamp(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        // A `+` of a UTC offset that was not encoded has become a space. A space between date and time is kept.
        let plus = text.lastIndex(of: " ").map { text[..<$0] + "+" + text[text.index(after: $0)...] }
        let value = Timestamp(iso8601: text) ?? plus.flatMap { Timestamp(iso8601: $0) }
        if value == nil { problem(name, "is “\(text.prefix(40))”; give a moment such as 2025-11-13T10:30:00Z") }
        return value
    }

    /// A duration such as `500ms`, `30s`, `5m` or `1h`.
    mutating func duration(_ name: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let text = text(name) else { return nil }
        let units: [Substring: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        if let count = Int64(digits), count < 1 << 40, let unit = units[text.dropFirst(digits.count)] {
            let value = Duration.milliseconds(count * unit)
            if range.contains(value) { return value }
        }
        problem(name, "is “\(text.prefix(40))”; give a time such as 500ms, 30s, 5m or 1h, at most 24h")
        return nil
    }

    mutating func choice<Value>(_ name: String, _ choices: [(name: String, value: Value)]) -> Value? {
        text(name).flatMap { choice(of: $0, for: name, choices) }
    }

    /// Several values: a repeated parameter, or values separated by commas.
    mutating func choices<Value>(_ name: String, _ choices: [(name: String, value: Value)]) -> [Value] {
        texts(name).compactMap { choice(of: $0, for: name, choices) }
    }

    private mutating func choice<Value>(
        of text: String,
        for name: String,
        _ choices: [(name: String, value: Value)]
    ) -> Value? {
        if let choice = choices.first(where: { $0.name == text }) { return choice.value }
        problem(name, "is “\(text.prefix(40))”; \(SpellingSuggestion.hint(for: text, in: choices.map(\.name)))")
        return nil
    }

    mutating func problem(_ name: String, _ message: String) {
        problems.append(APIError.FieldError(.query(name), message))
    }

    /// - Throws: 422 with all errors, including unknown parameters.
    mutating func finish() throws(APIError) {
        for name in values.keys.sorted() where !known.contains(name) {
            problem(name, "is not a parameter of this route; \(SpellingSuggestion.hint(for: name, in: known))")
        }
        guard problems.isEmpty else { throw .validation(problems) }
    }
}

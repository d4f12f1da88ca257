internal import RelayCore

/// Parses times in requests: RFC 3339, or an age.
enum TimeParameterParser {
    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// Reads `2025-11-13T10:30:00Z`, or an age such as `90m`, `2h`, `3d`; nil for anything else.
    static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        if let moment = Timestamp(iso8601: text) { return moment }
        guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 8,
            text.utf8.dropLast().allSatisfy({ (48...57).contains($0) }), let number = Int64(text.dropLast())
        else { return nil }
        return now - .seconds(number * unit)
    }
}

extension JSONFieldReader {
    /// A time in the past.
    mutating func pastMoment(_ name: String, now: Timestamp) -> Timestamp? {
        guard let text = string(name) else { return nil }
        guard let moment = TimeParameterParser.parse(text, now: now) else {
            problem(name, "is “\(text.prefix(40))”; give a moment such as 2025-11-13T10:30:00Z, or an age such as 2h")
            return nil
        }
        guard moment <= now else {
            problem(name, "is in the future; it is \(now.iso8601) now")
            return nil
        }
        return moment
    }
}

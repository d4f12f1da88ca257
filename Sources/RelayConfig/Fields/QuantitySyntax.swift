internal import RelayCore

/// The configuration syntax of durations, sizes and rates: a whole number and a unit.
package enum QuantitySyntax {
    private static let durationUnits: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    private static let sizeUnits: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1000),
        ("kB", 1000), ("B", 1),
    ]

    package static func duration(_ text: String) -> Duration? {
        guard let (number, unit) = split(text),
            let factor = durationUnits.first(where: { $0.name == unit })?.milliseconds
        else { return nil }
        let (value, overflow) = Int64(number).multipliedReportingOverflow(by: factor)
        return overflow ? nil : .milliseconds(value)
    }

    static func durationText(_ duration: Duration) -> String {
        let milliseconds = duration.milliseconds
        if milliseconds == 0 { return "0s" }
        let unit = durationUnits.first { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
        return "\(milliseconds / unit.milliseconds)\(unit.name)"
    }

    static func size(_ text: String) -> Int? {
        guard let (number, unit) = split(text), let factor = sizeUnits.first(where: { $0.name == unit })?.bytes
        else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
    }

    static func sizeText(_ bytes: Int) -> String {
        if bytes == 0 { return "0B" }
        let unit = sizeUnits.first { bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / unit.bytes)\(unit.name)"
    }

    /// Formats a number without a trailing `.0`.
    static func numberText(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }

    /// Joins words as `a, b or c`.
    static func choice(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
    }

    private static func split(_ text: String) -> (number: Int, unit: Substring)? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return nil }
        return (number, text.dropFirst(digits.count))
    }
}

extension Duration {
    /// The duration in configuration syntax, in the largest unit that represents it exactly: `500ms`, `90s`, `1d`.
    package var written: String { QuantitySyntax.durationText(self) }
}

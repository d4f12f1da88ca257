internal import RelayJSON

/// Numbers as jq computes with them. `nan` and the infinities, which JSON lacks, are `.number` with these texts while an
/// expression is evaluated; an output never has them.
enum JQNumber {
    static let nan = JSON.number("nan")
    static let infinity = JSON.number("inf")

    /// The value of a literal or of a text of the JSON grammar; other texts of numbers are completed to it.
    static func literal(_ text: String) -> JSON {
        if let value = Int64(text), text.utf8.first != UInt8(ascii: "+"), text != "-0" { return .int(value) }
        var whole = Substring(text)
        var rest = ""
        if let mark = text.firstIndex(where: { $0 == "." || $0 == "e" || $0 == "E" }) {
            whole = text[..<mark]
            rest = String(text[mark...])
        }
        var digits = String(whole.drop { $0 == "0" })
        if digits.isEmpty { digits = "0" }
        if rest.hasPrefix(".") {
            let fraction = rest.dropFirst().prefix { $0 != "e" && $0 != "E" }
            let exponent = rest.dropFirst(fraction.count + 1)
            rest = (fraction.isEmpty ? "" : ".\(fraction)") + exponent
        }
        return rest.isEmpty ? Int64(digits).map(JSON.int) ?? .number(digits) : .number(digits + rest)
    }

    /// The nearest double; `nil` when the value is no number.
    @inline(__always)
    static func double(_ value: JSON) -> Double? {
        switch value {
        case .int(let whole): Double(whole)
        case .number(let text): parse(text)
        default: nil
        }
    }

    @inline(never)
    static func parse(_ text: String) -> Double {
        // Swift returns infinity for a text beyond the range of doubles.
        Double(text) ?? (text.utf8.first == UInt8(ascii: "-") ? -.infinity : .infinity)
    }

    static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return "-0" }
        return value.description
    }

    static func isNaN(_ value: JSON) -> Bool {
        if case .number(let text) = value { text == "nan" } else { false }
    }

    /// Whether the text is one of those that JSON lacks.
    static func isSpecial(_ text: String) -> Bool { text == "nan" || text == "inf" || text == "-inf" }

    /// What an output shows instead of a number that JSON lacks.
    static func shown(_ text: String) -> JSON {
        switch text {
        case "nan": .null
        case "inf": .number("1.7976931348623157e+308")
        case "-inf": .number("-1.7976931348623157e+308")
        default: .number(text)
        }
    }

    /// A copy without numbers that JSON lacks.
    static func sanitized(_ value: JSON) -> JSON {
        switch value {
        case .number(let text): shown(text)
        case .array(let elements): .array(elements.map(sanitized))
        case .object(let members): .object(JSONObject(members.map { ($0.key, sanitized($0.value)) }))
        default: value
        }
    }

    /// A whole number, cut off towards zero and kept within the range of `Int`.
    static func clamped(_ value: Double) -> Int {
        if value.isNaN { return 0 }
        if value >= 9e18 { return 9_000_000_000_000_000_000 }
        if value <= -9e18 { return -9_000_000_000_000_000_000 }
        return Int(value)
    }

    static func compare(_ a: JSON, _ b: JSON) -> Int {
        if case .int(let a) = a, case .int(let b) = b { return a < b ? -1 : a == b ? 0 : 1 }
        let (x, y) = (double(a) ?? 0, double(b) ?? 0)
        // As in jq, nan is less than every number, itself included.
        if x.isNaN { return -1 }
        if y.isNaN { return 1 }
        if x != y { return x < y ? -1 : 1 }
        return x.magnitude >= 9_007_199_254_740_992 ? compareDigits(a, b) : 0
    }

    /// Whole numbers that are the same double are compared by their digits.
    private static func compareDigits(_ a: JSON, _ b: JSON) -> Int {
        guard let x = wholeDigits(a), let y = wholeDigits(b), x.isNegative == y.isNegative else { return 0 }
        var order = x.digits.count < y.digits.count ? -1 : x.digits.count > y.digits.count ? 1 : 0
        if order == 0, x.digits != y.digits { order = x.digits.lexicographicallyPrecedes(y.digits) ? -1 : 1 }
        return x.isNegative ? -order : order
    }

    private static func wholeDigits(_ value: JSON) -> (isNegative: Bool, digits: [UInt8])? {
        let text: String
        switch value {
        case .int(let whole): text = String(whole)
        case .number(let digits): text = digits
        default: return nil
        }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let digits = Array(text.utf8.dropFirst(isNegative ? 1 : 0))
        return digits.allSatisfy { (0x30...0x39).contains($0) } ? (isNegative, digits) : nil
    }
}

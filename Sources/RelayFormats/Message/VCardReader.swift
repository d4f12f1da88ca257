/// Reads the name and the phone numbers in a vCard of any version (RFC 2426, RFC 6350).
struct VCardReader {
    /// The properties, in order: names in capitals without their group, values as written.
    private let properties: [(name: String, value: Substring)]

    init(_ card: String) {
        properties = Self.unfolded(card).compactMap { line in
            guard let colon = Self.end(ofNameIn: line), let name = line[..<colon].split(separator: ";").first else {
                return nil
            }
            // A property can have a group prefix: `item1.TEL`.
            guard let last = name.split(separator: ".").last else { return nil }
            return (last.uppercased(), line[line.index(after: colon)...])
        }
    }

    /// The name for display; nil when there is none.
    var name: String? {
        properties.first { $0.name == "FN" }.map { String($0.value) }
    }

    /// The phone numbers as written; those that are `tel:` URIs as numbers.
    var phones: [String] {
        properties.filter { $0.name == "TEL" }.compactMap { Self.number($0.value) }
    }

    /// A phone number as written, or the number of a `tel:` URI (RFC 3966): `tel:+1-555-0100;ext=7` is `+15550100`. Nil
    /// when nothing is left.
    static func number(_ text: some StringProtocol) -> String? {
        let text = text.drop { $0 == " " }
        guard text.prefix(4).lowercased() == "tel:" else { return text.isEmpty ? nil : String(text) }
        let number = text.dropFirst(4).prefix { $0 != ";" }.filter { !"-.() ".contains($0) }
        return number.isEmpty ? nil : String(number)
    }

    /// The lines, with those joined that were folded: a line that begins with white space continues the one before it.
    private static func unfolded(_ card: String) -> [String] {
        var lines: [String] = []
        for line in card.split(whereSeparator: \.isNewline) {
            if let first = line.first, first == " " || first == "\t", !lines.isEmpty {
                lines[lines.count - 1] += line.dropFirst()
            } else {
                lines.append(String(line))
            }
        }
        return lines
    }

    /// The first colon outside quotation marks.
    private static func end(ofNameIn line: String) -> String.Index? {
        var isQuoted = false
        return line.indices.first { index in
            if line[index] == "\"" { isQuoted.toggle() }
            return line[index] == ":" && !isQuoted
        }
    }
}

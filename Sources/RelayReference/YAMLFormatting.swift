internal import RelayJSON

/// Writes values as YAML.
enum YAMLFormatting {
    /// A value on one line, with quotes only where they are needed.
    static func flow(_ json: JSON) -> String {
        switch json {
        case .string(let text): isPlain(text) ? text : json.text
        case .array(let values): "[" + values.map(flow).joined(separator: ", ") + "]"
        default: json.text
        }
    }

    /// Whether the text needs no quotes: it begins with a letter or a digit and contains no YAML syntax.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isWord(first), !["true", "false", "null", "yes", "no"].contains(text)
        else { return false }
        return text.utf8.allSatisfy { isWord($0) || "-_./:".utf8.contains($0) } && text.utf8.last != UInt8(ascii: ":")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}

internal import RelayCore
internal import RelayJSON

/// Reads the files that gateways put into their documents: base64, with or without a `data:…;base64,` prefix, or the
/// JSON form of a Node buffer.
///
/// Base64 arrives with line breaks (RFC 2045), with blanks between its lines, and with blanks in place of `+`, when it
/// went through a form (`application/x-www-form-urlencoded`).
enum EmbeddedFileReader {
    /// The reason of a file that cannot be read.
    static let unreadable =
        "the gateway put the file into the document in a form that cannot be read; it should be base64"

    /// The bytes of a file; nil when they cannot be read, or when there are none.
    static func bytes(_ json: JSON) -> [UInt8]? {
        switch json {
        case .string(let text): bytes(base64: text)
        case .array(let elements): bytes(elements)
        case .object(let object): object["data"].flatMap { $0.object == nil ? bytes($0) : nil }
        default: nil
        }
    }

    private static func bytes(_ elements: [JSON]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(elements.count)
        for element in elements {
            guard let byte = element.int.flatMap({ UInt8(exactly: $0) }) else { return nil }
            bytes.append(byte)
        }
        return bytes.isEmpty ? nil : bytes
    }

    private static func bytes(base64 text: String) -> [UInt8]? {
        let letters = text.hasPrefix("data:") ? text.drop { $0 != "," }.dropFirst() : text[...]
        if let bytes = Base64.decode(String(letters)) { return bytes.isEmpty ? nil : bytes }
        for candidate in candidates(Array(letters.utf8)) {
            if let bytes = Base64.decode(candidate), !bytes.isEmpty { return bytes }
        }
        return nil
    }

    private static let blank = UInt8(ascii: " ")

    /// What the text may have been before its blanks and line breaks, the likeliest first.
    private static func candidates(_ text: [UInt8]) -> [String] {
        let isEscaped = text.contains(UInt8(ascii: "%"))
        let unescaped = isEscaped ? PercentCoding.decode(text).map { Array($0.utf8) } ?? text : text
        let letters = unescaped.filter { ![0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0) }[...]
        var trimmed = letters.drop { $0 == blank }
        while trimmed.last == blank { trimmed.removeLast() }
        // Blanks at the ends are mostly not part of the text, but a text can begin or end with `+`.
        let isWhole = trimmed.count % 4 == 0 || letters.count % 4 != 0
        let plus = (isWhole ? trimmed : letters).map { $0 == blank ? UInt8(ascii: "+") : $0 }
        let joined = trimmed.filter { $0 != blank }
        let areSeparators: Bool
        switch (joined.count % 4, plus.count % 4) {
        case (0, 1...): areSeparators = true
        case (1..., 0): areSeparators = false
        default: areSeparators = hasEqualLines(trimmed)
        }
        let readings = areSeparators ? [joined, plus] : [plus, joined]
        return readings.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the blanks divide the text into lines of the same length, except the last.
    private static func hasEqualLines(_ letters: ArraySlice<UInt8>) -> Bool {
        let lines = letters.split(separator: blank)
        guard let length = lines.first?.count, let last = lines.last?.count else { return false }
        return length >= 16 && length % 4 == 0 && last <= length && lines.dropLast().allSatisfy { $0.count == length }
    }
}

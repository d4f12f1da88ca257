internal import RelayJSON

/// `@text`, `@json` and the other formats.
enum JQFormat: String, CaseIterable, Sendable {
    case text, json, csv, tsv, html, uri, urid, sh, base64, base64d, base32, base32d

    func apply(_ value: JSON, _ run: JQEvaluation) throws(JQFailure) -> String {
        switch self {
        case .text: return try Self.text(value, run)
        case .json: return try JQText.json(value, run)
        case .csv: return try row(value, ",", run) { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
        case .tsv:
            return try row(value, "\t", run) {
                $0.replacing("\\", with: "\\\\").replacing("\t", with: "\\t").replacing("\n", with: "\\n")
                    .replacing("\r", with: "\\r")
            }
        case .html:
            return try escaped(value, run, longest: 6) { byte in
                switch byte {
                case UInt8(ascii: "<"): "&lt;"
                case UInt8(ascii: ">"): "&gt;"
                case UInt8(ascii: "&"): "&amp;"
                case UInt8(ascii: "'"): "&#39;"
                case UInt8(ascii: "\""): "&quot;"
                default: nil
                }
            }
        case .uri:
            return try escaped(value, run, longest: 3) { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: return nil
                default:
                    let hex = String(byte, radix: 16, uppercase: true)
                    return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
                }
            }
        case .urid: return try JQCoding.percentDecoded(try Self.text(value, run), run)
        case .sh:
            if case .array(let elements) = value {
                var words: [String] = []
                for element in elements { words.append(try shell(element, run)) }
                return words.joined(separator: " ")
            }
            return try shell(value, run)
        case .base64: return try JQCoding.base64(try Self.text(value, run), run)
        case .base64d: return try JQCoding.base64Decoded(try Self.text(value, run), run)
        case .base32: return try JQCoding.base32(try Self.text(value, run), run)
        case .base32d: return try JQCoding.base32Decoded(try Self.text(value, run), run)
        }
    }

    /// `tostring`: strings as they are, other values as JSON.
    @inline(__always)
    static func text(_ value: JSON, _ run: JQEvaluation) throws(JQFailure) -> String {
        if case .string(let text) = value { text } else { try JQText.json(value, run) }
    }

    private func row(
        _ value: JSON, _ separator: String, _ run: JQEvaluation, _ quoted: (String) -> String
    ) throws(JQFailure) -> String {
        guard case .array(let cells) = value else {
            throw .message("\(JQKind.name(value)) cannot be \(rawValue)-formatted, only an array can be")
        }
        var line = ""
        for (place, cell) in cells.enumerated() {
            try run.step()
            if place > 0 { line += separator }
            switch cell {
            case .null: break
            case .bool, .int, .number: line += try JQText.json(cell, run)
            case .string(let text):
                try run.reserve(text.utf8.count, each: 2)
                line += quoted(text)
            case .array, .object: throw .message("\(JQKind.name(cell)) is not valid in a \(rawValue) row")
            }
        }
        return line
    }

    private func escaped(
        _ value: JSON, _ run: JQEvaluation, longest: Int, _ escape: (UInt8) -> String?
    ) throws(JQFailure) -> String {
        let text = try Self.text(value, run)
        try run.reserve(text.utf8.count, each: longest)
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if let escape = escape(byte) { result += Array(escape.utf8) } else { result.append(byte) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func shell(_ value: JSON, _ run: JQEvaluation) throws(JQFailure) -> String {
        switch value {
        case .string(let text):
            try run.reserve(text.utf8.count, each: 4)
            return "'" + text.replacing("'", with: "'\\''") + "'"
        case .array, .object: throw .message("\(JQKind.name(value)) can not be escaped for shell")
        default: return try JQText.json(value, run)
        }
    }
}

extension String {
    /// A copy with each `character` replaced.
    fileprivate func replacing(_ character: Character, with text: String) -> String {
        guard let byte = character.asciiValue, utf8.contains(byte) else { return self }
        var result: [UInt8] = []
        for own in utf8 {
            if own == byte { result += Array(text.utf8) } else { result.append(own) }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Encodings of bytes as text.
enum JQCoding {
    private static let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let base32Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    static func base64(_ text: String, _ run: JQEvaluation) throws(JQFailure) -> String {
        try encoded(text, bits: 6, group: 4, base64Alphabet, run)
    }

    static func base32(_ text: String, _ run: JQEvaluation) throws(JQFailure) -> String {
        try encoded(text, bits: 5, group: 8, base32Alphabet, run)
    }

    static func base64Decoded(_ text: String, _ run: JQEvaluation) throws(JQFailure) -> String {
        try decoded(text, bits: 6, base64Alphabet, "base64", run)
    }

    static func base32Decoded(_ text: String, _ run: JQEvaluation) throws(JQFailure) -> String {
        try decoded(text, bits: 5, base32Alphabet, "base32", run)
    }

    private static func encoded(_ text: String, bits: Int, group: Int, _ alphabet: [UInt8], _ run: JQEvaluation)
        throws(JQFailure) -> String
    {
        try run.reserve(text.utf8.count, each: 2)
        var result: [UInt8] = []
        var (buffer, count) = (0, 0)
        for byte in text.utf8 {
            buffer = (buffer << 8 | Int(byte)) & 0xFFFF
            count += 8
            while count >= bits {
                count -= bits
                result.append(alphabet[buffer >> count & ((1 << bits) - 1)])
            }
        }
        if count > 0 { result.append(alphabet[buffer << (bits - count) & ((1 << bits) - 1)]) }
        while result.count % group != 0 { result.append(UInt8(ascii: "=")) }
        return String(decoding: result, as: UTF8.self)
    }

    /// Bytes that are no UTF-8 become U+FFFD.
    private static func decoded(_ text: String, bits: Int, _ alphabet: [UInt8], _ name: String, _ run: JQEvaluation)
        throws(JQFailure) -> String
    {
        try run.reserve(text.utf8.count, each: 1)
        var values = [Int](repeating: -1, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = value }
        var result: [UInt8] = []
        var (buffer, count, letters) = (0, 0, 0)
        for byte in text.utf8 where byte != UInt8(ascii: "=") {
            guard values[Int(byte)] >= 0 else { throw .message("string is not valid \(name) data") }
            letters += 1
            buffer = (buffer << bits | values[Int(byte)]) & 0xFFFF
            count += bits
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: buffer >> count))
            }
        }
        guard letters == 0 || !result.isEmpty else { throw .message("string is not valid \(name) data") }
        return String(decoding: result, as: UTF8.self)
    }

    static func percentDecoded(_ text: String, _ run: JQEvaluation) throws(JQFailure) -> String {
        try run.reserve(text.utf8.count, each: 1)
        let source = Array(text.utf8)
        var result: [UInt8] = []
        var place = 0
        while place < source.count {
            if source[place] == UInt8(ascii: "%") {
                guard place + 2 < source.count,
                    let byte = UInt8(String(decoding: source[place + 1...place + 2], as: UTF8.self), radix: 16)
                else { throw .message("string is not a valid uri encoding") }
                result.append(byte)
                place += 3
            } else {
                result.append(source[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

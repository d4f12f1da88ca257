/// Divides the text of an expression into tokens.
struct JQLexer {
    private static let maximumInterpolation = 50
    private static let signs = [
        "?//", "//=", "..", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//",
    ].map { Array($0.utf8) }

    private let source: [UInt8]
    private var place = 0
    private var interpolations = 0

    init(_ source: String) { self.source = Array(source.utf8) }

    /// All tokens, ended by `end`.
    static func tokens(of source: String) throws(JQError) -> [JQToken] {
        var lexer = JQLexer(source)
        var tokens = try lexer.tokens(isInterpolation: false)
        tokens.append(JQToken(kind: .end, offset: lexer.lengthWithoutTrailingSpace, end: source.utf8.count))
        return tokens
    }

    private var lengthWithoutTrailingSpace: Int { (source.lastIndex { $0 > 0x20 } ?? -1) + 1 }

    private func peek(_ distance: Int = 0) -> UInt8? {
        place + distance < source.count ? source[place + distance] : nil
    }

    private mutating func tokens(isInterpolation: Bool) throws(JQError) -> [JQToken] {
        var tokens: [JQToken] = []
        var depth = 0
        while true {
            skipSpace()
            guard let byte = peek() else { return tokens }
            if byte == UInt8(ascii: "(") { depth += 1 }
            if byte == UInt8(ascii: ")") {
                if depth == 0, isInterpolation { return tokens }
                depth -= 1
            }
            let start = place
            let kind = try kind(of: byte)
            tokens.append(JQToken(kind: kind, offset: start, end: place))
        }
    }

    private mutating func skipSpace() {
        while let byte = peek() {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                place += 1
            } else if byte == UInt8(ascii: "#") {
                while let next = peek(), next != 0x0A { place += 1 }
            } else {
                return
            }
        }
    }

    private mutating func kind(of byte: UInt8) throws(JQError) -> JQToken.Kind {
        let start = place
        switch byte {
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "'"):
            throw error("jq writes strings with double quotes: \"text\"")
        case UInt8(ascii: "`"):
            throw error("jq writes strings with double quotes: \"text\"")
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: ".") where peek(1).map(Self.isDigit) == true:
            return try number()
        case UInt8(ascii: ".") where peek(1).map(Self.isLetter) == true:
            place += 1
            return .field(word())
        case UInt8(ascii: "$") where peek(1).map(Self.isLetter) == true:
            place += 1
            return .variable(qualifiedWord())
        case UInt8(ascii: "@") where peek(1).map(Self.isLetter) == true:
            place += 1
            return .format(word())
        case _ where Self.isLetter(byte):
            return .name(qualifiedWord())
        default: break
        }
        for sign in Self.signs where source[place...].starts(with: sign) {
            place += sign.count
            return .sign(String(decoding: sign, as: UTF8.self))
        }
        if byte == UInt8(ascii: "&") {
            throw error(peek(1) == byte ? "jq writes `and` instead of `&&`" : "unexpected `&`; jq writes `and`")
        }
        if byte == UInt8(ascii: "!") {
            throw error("jq has no `!`: write `… | not` after the condition, or `!=` to compare")
        }
        if ".[]{}()|,:;=+-*/%<>?$".utf8.contains(byte) {
            if byte == UInt8(ascii: "|"), peek(1) == byte { throw error("jq writes `or` instead of `||`") }
            place += 1
            return .sign(String(decoding: source[start..<place], as: UTF8.self))
        }
        let rest = String(decoding: source[place..<min(place + 4, source.count)], as: UTF8.self)
        let shown = rest.unicodeScalars.first.map { $0.properties.isWhitespace ? "a special space" : "`\($0)`" } ?? ""
        if ["“", "”", "‘", "’"].contains(where: rest.hasPrefix) {
            throw error("\(shown) is a typographic quote; jq writes strings with plain double quotes: \"text\"")
        }
        throw error("unexpected \(byte < 0x20 ? "control character" : shown)")
    }

    private mutating func word() -> String {
        let start = place
        while let byte = peek(), Self.isLetter(byte) || Self.isDigit(byte) { place += 1 }
        return String(decoding: source[start..<place], as: UTF8.self)
    }

    /// A name, with `::` for names of modules.
    private mutating func qualifiedWord() -> String {
        var text = word()
        while peek() == UInt8(ascii: ":"), peek(1) == UInt8(ascii: ":"), peek(2).map(Self.isLetter) == true {
            place += 2
            text += "::" + word()
        }
        return text
    }

    private mutating func number() throws(JQError) -> JQToken.Kind {
        let start = place
        while let byte = peek(), Self.isDigit(byte) { place += 1 }
        if peek() == UInt8(ascii: "."), peek(1) != UInt8(ascii: ".") {
            place += 1
            while let byte = peek(), Self.isDigit(byte) { place += 1 }
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            let mark = place
            place += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { place += 1 }
            let digits = place
            while let byte = peek(), Self.isDigit(byte) { place += 1 }
            if place == digits { place = mark }
        }
        if let byte = peek(), Self.isLetter(byte) {
            throw error("a number cannot be followed by a letter")
        }
        return .number(String(decoding: source[start..<place], as: UTF8.self))
    }

    // MARK: Strings

    private mutating func string() throws(JQError) -> [JQToken.Part] {
        let start = place
        place += 1
        var parts: [JQToken.Part] = []
        var text: [UInt8] = []
        while let byte = peek() {
            if byte == UInt8(ascii: "\"") {
                place += 1
                if !text.isEmpty || parts.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
                return parts
            }
            guard byte == UInt8(ascii: "\\") else {
                text.append(byte)
                place += 1
                continue
            }
            guard peek(1) == UInt8(ascii: "(") else {
                try escape(into: &text)
                continue
            }
            if !text.isEmpty { parts.append(.text(String(decoding: text, as: UTF8.self))) }
            text = []
            let opening = place
            place += 2
            interpolations += 1
            defer { interpolations -= 1 }
            guard interpolations <= Self.maximumInterpolation else { throw error("the strings are nested too deeply") }
            let tokens = try tokens(isInterpolation: true)
            guard peek() == UInt8(ascii: ")") else {
                throw JQError(code: .syntax, message: "the `\\(` in the string is not closed", offset: opening)
            }
            parts.append(.program(tokens, end: place))
            place += 1
        }
        throw JQError(code: .syntax, message: "the string is not closed: there is no second \"", offset: start)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JQError) {
        let simple: [UInt8: UInt8] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
            UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
        ]
        guard let letter = peek(1) else { throw error("the string is not closed: there is no second \"") }
        if let byte = simple[letter] {
            text.append(byte)
            place += 2
            return
        }
        guard letter == UInt8(ascii: "u") else {
            let shown = String(decoding: [letter], as: UTF8.self)
            let more =
                ".dwsbBDWS[](){}*+?^$|".utf8.contains(letter) ? "; in a regular expression write `\\\\\(shown)`" : ""
            throw error("`\\\(shown)` is no escape of a string\(more)")
        }
        guard let unit = hexadecimal(at: place + 2) else { throw error("`\\u` needs four hexadecimal digits") }
        place += 6
        var scalar = unit
        if (0xD800..<0xDC00).contains(unit), peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u"),
            let low = hexadecimal(at: place + 2), (0xDC00..<0xE000).contains(low)
        {
            place += 6
            scalar = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        }
        text += Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
    }

    private func hexadecimal(at start: Int) -> UInt32? {
        guard start + 4 <= source.count, source[start..<start + 4].allSatisfy(Self.isHexadecimal) else { return nil }
        return UInt32(String(decoding: source[start..<start + 4], as: UTF8.self), radix: 16)
    }

    private func error(_ message: String) -> JQError { JQError(code: .syntax, message: message, offset: place) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F }
    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x66).contains(byte | 0x20)
    }
}

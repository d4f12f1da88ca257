internal import CIDN

/// The form in which a URL is sent. People write hosts such as `müller.example` and paths such as `/preço`; a
/// request holds ASCII only (RFC 3986).
package enum ASCIIURL {
    /// A host that cannot be written in ASCII.
    package struct InvalidHostError: Error, Sendable, Equatable {
        /// Why not.
        package let reason: String
    }

    /// The URL with its host in punycode, what a URL may not hold in path and query percent-encoded, and no fragment. A
    /// URL that needs none of this is returned unchanged, and so is a text that has no host.
    /// - Throws: ``InvalidHostError`` when the host is not a name of the internet.
    package static func of(_ url: String) throws(InvalidHostError) -> String {
        guard let (start, end) = authority(in: url) else { return url }
        return try ofHost(in: url, start..<end) + encode(withoutFragment(url[end...]).utf8)
    }

    /// The same for a template, whose placeholders `{{ … }}` in path and query stay as they are.
    package static func ofTemplate(_ template: String) throws(InvalidHostError) -> String {
        guard let (start, end) = authority(in: template) else { return template }
        var result = try ofHost(in: template, start..<end)
        var rest = withoutFragment(template[end...])
        while let opening = rest.firstRange(of: "{{"), let closing = rest[opening.upperBound...].firstRange(of: "}}") {
            result += encode(rest[..<opening.lowerBound].utf8) + rest[opening.lowerBound..<closing.upperBound]
            rest = rest[closing.upperBound...]
        }
        return result + encode(rest.utf8)
    }

    /// Whether a URL has a fragment, which is never sent.
    package static func hasFragment(_ url: String) -> Bool {
        authority(in: url).map { url[$0.1...].contains("#") } ?? false
    }

    private static func withoutFragment(_ rest: Substring) -> Substring { rest.prefix { $0 != "#" } }

    /// Why no host can have a name in ASCII (RFC 1035, 2.3.4; RFC 1123, 2.1); nil when one can, and for an IPv4 address.
    package static func problem(ofHost name: String) -> String? {
        let labels = (name.hasSuffix(".") ? name.dropLast() : name[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        if labels.contains(where: \.isEmpty) { return "there is nothing before or between its dots" }
        if labels.contains(where: { $0.utf8.count > 63 }) { return "a part of it has more than 63 characters" }
        if labels.contains(where: { $0.hasPrefix("-") || $0.hasSuffix("-") }) {
            return "a part of it begins or ends with a hyphen"
        }
        if labels.reduce(labels.count - 1, { $0 + $1.utf8.count }) > 253 { return "it has more than 253 characters" }
        return nil
    }

    /// A name in punycode; an ASCII name unchanged.
    package static func host(_ name: String) throws(InvalidHostError) -> String {
        var name = name
        if name.utf8.contains(UInt8(ascii: "%")), !name.contains(":") {
            guard let decoded = PercentCoding.decode(name.utf8) else {
                throw InvalidHostError(reason: "its percent-encoding is wrong")
            }
            name = decoded
            guard name.utf8.allSatisfy({ $0 >= 0x80 || isHostByte($0) }) else {
                throw InvalidHostError(reason: "its percent-encoding stands for characters that hosts do not have")
            }
        }
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return name }
        // libidn2 reads a C string: what follows a NUL would vanish.
        guard !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw InvalidHostError(reason: "it has a space or a control character")
        }
        var code: Int32 = 0
        guard let ascii = cidn_to_ascii(name, &code) else {
            throw InvalidHostError(reason: String(cString: cidn_text(code)))
        }
        defer { cidn_free(ascii) }
        let result = String(cString: ascii)
        // A compatibility letter may stand for a delimiter: `℀` is `a/c`.
        guard result.utf8.allSatisfy({ isHostByte($0) }) else {
            throw InvalidHostError(reason: "it has letters that stand for other characters")
        }
        return result
    }

    /// Everything up to the end of the authority, with the host in ASCII.
    private static func ofHost(in url: String, _ range: Range<String.Index>) throws(InvalidHostError) -> String {
        let authority = url[range]
        guard authority.utf8.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "%") }), !authority.contains("[") else {
            return String(url[..<range.upperBound])
        }
        let hostStart = authority.lastIndex(of: "@").map(authority.index(after:)) ?? range.lowerBound
        let hostEnd = url[hostStart..<range.upperBound].firstIndex(of: ":") ?? range.upperBound
        return url[..<hostStart] + (try host(String(url[hostStart..<hostEnd]))) + url[hostEnd..<range.upperBound]
    }

    private static func authority(in url: String) -> (String.Index, String.Index)? {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let start = separator.upperBound
        let end = url.utf8[start...].firstIndex { "/?#\\".utf8.contains($0) } ?? url.endIndex
        return (start, end)
    }

    private static func encode(_ rest: Substring.UTF8View) -> String {
        let bytes = Array(rest)
        guard bytes.indices.contains(where: { !mayStay(bytes, at: $0) }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count + 16)
        for (index, byte) in bytes.enumerated() {
            if mayStay(bytes, at: index) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), Hex.upper[Int(byte >> 4)], Hex.upper[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Control characters stay: they are mistakes, which others report.
    private static func mayStay(_ bytes: [UInt8], at index: Int) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: "%"):
            index + 2 < bytes.count && Hex.value(bytes[index + 1]) != nil && Hex.value(bytes[index + 2]) != nil
        case 0..<0x20, 0x7F: true
        case 0x20, 0x80...: false
        case let byte: !#""<>[\]^`{|}"#.utf8.contains(byte)
        }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

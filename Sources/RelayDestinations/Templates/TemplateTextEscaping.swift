internal import Mustache

/// How a value is escaped for a kind of text.
package enum TemplateTextEscaping: String, Sendable, CaseIterable {
    /// The value unchanged.
    case none
    /// For the inside of a JSON string (RFC 8259, 7).
    case json
    /// For the text and the attributes of HTML.
    case html
    /// For XML 1.0: like HTML, without the control characters that XML does not allow.
    case xml
    /// For a name or a value of `application/x-www-form-urlencoded` (the WHATWG's URL Standard, 5.2).
    case form

    /// - Parameter contentType: a media type, with or without parameters.
    package init(contentType: String) {
        let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        switch type {
        case "application/json": self = .json
        case "text/html": self = .html
        case "application/xml", "text/xml": self = .xml
        case "application/x-www-form-urlencoded": self = .form
        default: self = type.hasSuffix("+json") ? .json : type.hasSuffix("+xml") ? .xml : .none
        }
    }

    package func escape(_ text: String) -> String {
        guard self != .none else { return text }
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        if self == .form {
            for byte in text.utf8 { Self.appendForm(byte, to: &escaped) }
        } else {
            for scalar in text.unicodeScalars {
                if let instead = self == .json ? Self.json(scalar) : Self.markup(scalar, isXML: self == .xml) {
                    escaped += instead
                } else {
                    escaped.unicodeScalars.append(scalar)
                }
            }
        }
        return escaped
    }

    private static func json(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\u{0}"..."\u{1F}": "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: nil
        }
    }

    private static func markup(_ scalar: Unicode.Scalar, isXML: Bool) -> String? {
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        case "\t", "\n", "\r": nil
        case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": isXML ? "\u{FFFD}" : nil
        default: nil
        }
    }

    private static func appendForm(_ byte: UInt8, to text: inout String) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"):
            text.unicodeScalars.append(Unicode.Scalar(byte))
        case UInt8(ascii: " "):
            text += "+"
        default:
            text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
    }
}

// MARK: - In templates

private struct MustacheEscaper: MustacheContentType {
    let escaping: TemplateTextEscaping

    func escapeText(_ text: String) -> String { escaping.escape(text) }
}

extension TemplateTextEscaping {
    /// The name under which the template library finds the escaping; its registry is global to the process.
    var registeredName: String {
        _ = Self.registration
        return "ZAPHUB_" + rawValue
    }

    private static let registration: Void = {
        for escaping in allCases {
            MustacheContentTypes.register(MustacheEscaper(escaping: escaping), named: "ZAPHUB_" + escaping.rawValue)
        }
    }()
}

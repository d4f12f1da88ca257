internal import RelayCore

/// Media types: which bodies are accepted as JSON, and with which types a file may be served.
enum ContentTypeRules {
    /// `application/json`, `text/json` and `application/…+json`, parameters aside.
    static func isJSON(_ type: String) -> Bool {
        // A fast path for the type that nearly every request has.
        if type == "application/json" { return true }
        let essence = essence(of: type)
        return essence == "application/json" || essence == "text/json"
            || essence.hasPrefix("application/") && essence.hasSuffix("+json")
    }

    /// Gateways also post JSON as plain text.
    static func isJSONOrText(_ type: String) -> Bool {
        isJSON(type) || essence(of: type) == "text/plain"
    }

    /// A type that is safe as a header value: `type/subtype` with its parameters, quoted or not (RFC 9110, 8.3.1);
    /// without parameters that are not valid; nil for anything else.
    static func plain(_ type: String) -> String? {
        guard type.utf8.count <= 127 else { return nil }
        let bare = type.prefix { $0 != ";" }
        let essence = String(bare.reversed().drop { $0 == " " }.reversed().drop { $0 == " " })
        let parts = essence.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ HeaderFieldRules.isValid(name: String($0)) }) else { return nil }
        return areParameters(Array(type.utf8.dropFirst(bare.utf8.count)))
            ? essence + type.dropFirst(bare.count) : essence
    }

    /// Whether a browser may show a file of this type within a page of its own. Types that can run scripts, such as
    /// HTML and SVG, are not among them.
    static func isShown(_ type: String) -> Bool {
        let essence = essence(of: type)
        if essence == "application/pdf" { return true }
        let isMedia = ["image/", "audio/", "video/"].contains { essence.hasPrefix($0) }
        return isMedia && !essence.contains("svg") && !essence.contains("xml") && !essence.contains("html")
    }

    /// `application/pdf`, parameters aside.
    static func isPDF(_ type: String) -> Bool { essence(of: type) == "application/pdf" }

    /// Whether the text is `; name=value` any number of times, with quoted values or without.
    private static func areParameters(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
        while true {
            skipBlanks()
            guard let separator = rest.popFirst() else { return true }
            guard separator == UInt8(ascii: ";") else { return false }
            skipBlanks()
            if rest.isEmpty || rest.first == UInt8(ascii: ";") { continue }
            let name = rest.prefix { $0 != UInt8(ascii: "=") }
            rest = rest.dropFirst(name.count)
            guard HeaderFieldRules.isValid(name: String(decoding: name, as: UTF8.self)), rest.popFirst() != nil else {
                return false
            }
            guard rest.first == UInt8(ascii: "\"") else {
                let value = rest.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
                guard HeaderFieldRules.isValid(name: String(decoding: value, as: UTF8.self)) else { return false }
                rest = rest.dropFirst(value.count)
                continue
            }
            rest.removeFirst()
            guard skipQuoted(&rest) else { return false }
        }
    }

    /// Skips the rest of a quoted value; false when it does not end or has a character that it may not have.
    private static func skipQuoted(_ rest: inout ArraySlice<UInt8>) -> Bool {
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), (0x20..<0x7F).contains(escaped) else { return false }
            case 0x20..<0x7F: continue
            default: return false
            }
        }
        return false
    }

    private static func essence(of type: String) -> String {
        let bare = type.prefix { $0 != ";" }
        return bare.split(separator: " ").joined().lowercased()
    }
}

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

    /// A type that is safe as a header value: `type/subtype` with simple parameters; nil for anything else.
    static func plain(_ type: String) -> String? {
        let isPlain = type.utf8.allSatisfy { byte in
            (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && byte != UInt8(ascii: ",")
        }
        let parts = essence(of: type).split(separator: "/", omittingEmptySubsequences: false)
        return isPlain && parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && type.utf8.count <= 127 ? type : nil
    }

    private static func essence(of type: String) -> String {
        let bare = type.prefix { $0 != ";" }
        return bare.split(separator: " ").joined().lowercased()
    }
}

/// Which bodies are taken for JSON.
enum MediaType {
    /// `application/json`, `text/json` and `application/…+json`, parameters aside.
    static func isJSON(_ type: String) -> Bool {
        // Nearly every request says exactly this.
        if type == "application/json" { return true }
        let essence = essence(of: type)
        return essence == "application/json" || essence == "text/json"
            || essence.hasPrefix("application/") && essence.hasSuffix("+json")
    }

    /// Gateways also post JSON as plain text.
    static func isJSONOrText(_ type: String) -> Bool {
        isJSON(type) || essence(of: type) == "text/plain"
    }

    private static func essence(of type: String) -> String {
        let bare = type.prefix { $0 != ";" }
        return bare.split(separator: " ").joined().lowercased()
    }
}

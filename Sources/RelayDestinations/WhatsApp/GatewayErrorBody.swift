internal import RelayJSON

/// What the body of a gateway's answer says about why it did not do what was asked.
///
/// One reader for the forms of all gateways, which do not contradict each other:
///
///     Cloud API   {"error": {"message", "code", "error_user_msg", "error_data": {"details"}}}
///     Evolution   {"status", "error": "Bad Request", "response": {"message": text, [text …], [[text …] …] or [{"exists": false}]}}
///     WAHA        {"statusCode", "message": text or [text …], "error"}, or {"statusCode", "exception": {"message"}}
///     gowa        {"code": "INVALID_JID", "message", "results"}
///     a bridge    {"error": text or {"message", "code"}}, {"message"}, {"errors": [{"message"}]}, {"detail"}
struct GatewayErrorBody: Sendable, Equatable {
    /// On one line, at most ``limit`` characters; nil: it says nothing.
    var reason: String?
    /// Meta's error code; nil where there is none.
    var code: Int?

    private static let limit = 300

    init(_ json: JSON) {
        let error = json["error"]?.object
        if let error {
            code = error["code"]?.int.map { Int($0) }
            let details = error["error_data"]?["details"] ?? error["error_user_msg"] ?? error["message"]
            reason = Self.text(details)
        } else {
            let places = [
                json["response"]?["message"], json["exception"]?["message"], json["message"], json["errors"],
                json["error"], json["detail"], json["description"], json["reason"],
            ]
            reason = places.lazy.compactMap { Self.text($0) }.first
        }
        // Meta writes the code in front of its text as well.
        if let code, let text = reason, text.hasPrefix("(#\(code))") {
            reason = Self.line(String(text.dropFirst("(#\(code))".count)))
        }
    }

    /// Reads an answer that may be JSON, a line of text, or a proxy's page, which says nothing.
    init(body: String?) {
        let text = body ?? ""
        if let json = try? JSON(parsing: Array(text.utf8)), json.object != nil {
            self.init(json)
        } else {
            self.init(.null)
            let isPage = text.contains("<") || text.utf8.count > Self.limit
            reason = isPage ? nil : Self.line(text)
        }
    }

    /// A text, or the texts in a list or an object.
    private static func text(_ json: JSON?) -> String? {
        guard let json else { return nil }
        if let text = json.string { return line(text) }
        if let list = json.array {
            let texts = list.compactMap { text($0) }
            return texts.isEmpty ? nil : line(texts.joined(separator: "; "))
        }
        guard let object = json.object else { return nil }
        if object["exists"]?.bool == false {
            return line("\(object["number"]?.string ?? "the number") is not on WhatsApp")
        }
        let places = ["message", "details", "detail", "msg", "title", "description"]
        return places.lazy.compactMap { text(object[$0]) }.first
    }

    private static func line(_ text: String) -> String? {
        let words = text.unicodeScalars.split {
            $0.properties.isWhitespace || $0.properties.generalCategory == .control
        }
        let line = words.map { String($0) }.joined(separator: " ")
        guard !line.isEmpty else { return nil }
        return line.unicodeScalars.count > limit ? String(line.unicodeScalars.prefix(limit)) + "…" : line
    }
}

internal import RelayJSON

/// A request, parsed like Rails does: one set of parameters from path, query and body.
struct ChatwootDoubleRequest: Sendable {
    /// A file of a multipart body.
    struct File: Sendable {
        let field: String
        let name: String
        /// The part's `Content-Type`, as sent.
        let type: String
        let bytes: [UInt8]
    }

    enum Actor: Sendable, Hashable {
        case user(Int)
        case bot(Int)
    }

    let method: String
    let path: String
    let headers: [(String, String)]
    let body: [UInt8]
    var parameters = JSONObject()
    var files: [File] = []
    /// The values of the path's variables.
    var segments: [String: String] = [:]
    var actor: Actor?
    var accountID = 0
    /// What the uniqueness checks of concurrent requests found before any of them was stored.
    var race: ContactRace?

    struct ContactRace: Sendable {
        let phoneIsFree: Bool
        let identifierIsFree: Bool
    }

    init(_ request: ScriptedReceiver.Request, dropsUnderscoreHeaders: Bool) throws(ChatwootDoubleRefusalError) {
        method = request.method
        let parts = request.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        headers = dropsUnderscoreHeaders ? request.headers.filter { !$0.0.contains("_") } : request.headers
        body = request.body
        if parts.count == 2 { parameters = RailsParameterParser.parse(parts[1]) }
        try readBody()
    }

    private mutating func readBody() throws(ChatwootDoubleRefusalError) {
        let type = header("content-type") ?? ""
        if type.hasPrefix("multipart/form-data") {
            let parts = try StrictMultipartParser.parse(body, contentType: type)
            for part in parts {
                if let name = part.fileName {
                    files.append(File(field: part.field, name: name, type: part.type ?? "", bytes: part.bytes))
                } else {
                    RailsParameterParser.set(part.field, String(decoding: part.bytes, as: UTF8.self), in: &parameters)
                }
            }
        } else if type.hasPrefix("application/x-www-form-urlencoded") {
            merge(RailsParameterParser.parse(String(decoding: body, as: UTF8.self)))
        } else if type.hasPrefix("application/json"), !body.isEmpty {
            guard let value = try? JSON(parsing: body) else { throw .unreadable }
            if let object = value.object { merge(object) }
        }
    }

    private mutating func merge(_ object: JSONObject) {
        for (key, value) in object { parameters[key] = value }
    }

    func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }
}

// MARK: - Parameters, converted like ActiveRecord converts them

extension ChatwootDoubleRequest {
    func has(_ key: String) -> Bool { parameters.contains(key) }

    /// The text of a string or a number; nil for everything else.
    func text(_ key: String) -> String? { Self.text(parameters[key]) }

    static func text(_ value: JSON?) -> String? {
        switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    /// The same; nil when it is blank.
    func present(_ key: String) -> String? {
        text(key).flatMap { text in text.contains { !$0.isWhitespace } ? text : nil }
    }

    func number(_ key: String) -> Int? { text(key).flatMap { Int($0) } }

    func flag(_ key: String) -> Bool? {
        switch parameters[key] {
        case .bool(let flag): flag
        case .string(let text): text.isEmpty ? nil : !["false", "f", "0", "off"].contains(text.lowercased())
        case .int(let number): number != 0
        default: nil
        }
    }

    func object(_ key: String) -> JSONObject? { parameters[key]?.object }

    /// A number in the path.
    func id(_ name: String) throws(ChatwootDoubleRefusalError) -> Int {
        guard let id = segments[name].flatMap({ Int($0) }) else { throw .missing }
        return id
    }
}

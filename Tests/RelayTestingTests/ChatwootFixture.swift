import Logging
import RelayCore
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// A Chatwoot double with an account, an administrator and an inbox, and a client that sends requests as the relay
/// does.
struct ChatwootFixture: Sendable {
    let chatwoot: ChatwootDouble
    let url: String
    let account: ChatwootDouble.Account
    let admin: ChatwootDouble.User
    let inbox: ChatwootDouble.Inbox
    let engine: CurlEngine

    var api: String { "/api/v1/accounts/\(account.id)" }
    var client: String { "/public/api/v1/inboxes/\(inbox.identifier)" }

    struct Answer: Sendable {
        let status: Int
        let headers: [(name: String, value: String)]
        let bytes: [UInt8]
        let body: JSON

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var id: Int { Int(body["id"]?.int ?? -1) }
    }

    /// Sends a request, and validates every success response against the OpenAPI document.
    ///
    /// - Parameter token: the access token; defaults to the administrator's; empty for none.
    @discardableResult
    func send(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        token: String? = nil,
        headers: [(name: String, value: String)] = [],
        raw: [UInt8]? = nil
    ) async throws -> Answer {
        var headers = headers
        if let token = token ?? (path.hasPrefix("/api") ? admin.token : nil), !token.isEmpty {
            headers.append(("api-access-token", token))
        }
        if body != nil { headers.append(("content-type", "application/json")) }
        let request = HTTPClientRequest(
            method: method,
            url: path.hasPrefix("http") ? path : url + path,
            headers: headers,
            body: raw ?? body?.bytes ?? [],
            timeout: .waitLimit,
            maximumResponseBody: 16 << 20,
            keptResponseBody: 16 << 20
        )
        let response = try await engine.send(request)
        let parsed = (try? JSON(parsing: response.body)) ?? .null
        if response.status == 200, let validator = OpenAPIValidator.shared {
            let violations = validator.violations(method, path, parsed)
            #expect(violations.isEmpty, "\(method) \(path)")
        }
        return Answer(status: response.status, headers: response.headers, bytes: response.body, body: parsed)
    }

    func post(_ path: String, _ body: JSON = [:], token: String? = nil) async throws -> Answer {
        try await send("POST", path, body, token: token)
    }

    func get(_ path: String, token: String? = nil) async throws -> Answer { try await send("GET", path, token: token) }

    /// Runs with a client without open connections, because the engine repeats a request whose reused connection was
    /// reset.
    func withNewConnection(_ body: (ChatwootFixture) async throws -> Void) async throws {
        let fresh = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        defer { fresh.shutdown() }
        try await body(
            ChatwootFixture(chatwoot: chatwoot, url: url, account: account, admin: admin, inbox: inbox, engine: fresh)
        )
    }

    /// A part of a form; a file when it has a file name.
    struct Part {
        var field: String
        var file: String?
        var type: String?
        var bytes: [UInt8]

        init(_ field: String, _ value: String) {
            self.field = field
            bytes = Array(value.utf8)
        }

        init(file: String, _ type: String, _ bytes: [UInt8], field: String = "attachments[]") {
            self.field = field
            self.file = file
            self.type = type
            self.bytes = bytes
        }
    }

    func postForm(_ path: String, _ parts: [Part]) async throws -> Answer {
        var body: [UInt8] = []
        for part in parts {
            var head = "--fence\r\nContent-Disposition: form-data; name=\"\(part.field)\""
            if let file = part.file { head += "; filename=\"\(file)\"" }
            if let type = part.type { head += "\r\nContent-Type: \(type)" }
            body += Array("\(head)\r\n\r\n".utf8) + part.bytes + Array("\r\n".utf8)
        }
        body += Array("--fence--\r\n".utf8)
        return try await send(
            "POST",
            path,
            headers: [("content-type", "multipart/form-data; boundary=fence")],
            raw: body
        )
    }

    /// Creates a contact with a key in the inbox, through the public API.
    func contact(
        _ sourceID: String = "wa-5511999999999",
        _ more: JSONObject = ["name": "maria silva", "phone_number": "+5511999999999"]
    ) async throws -> Int {
        var body = more
        body["source_id"] = .string(sourceID)
        let answer = try await post(client + "/contacts", .object(body))
        try #require(answer.status == 200, "\(answer.text)")
        return answer.id
    }

    /// Creates a conversation of a contact; returns its display id.
    func conversation(_ sourceID: String = "wa-5511999999999", contact: Int) async throws -> Int {
        let answer = try await post(
            api + "/conversations",
            ["source_id": .string(sourceID), "inbox_id": .int(Int64(inbox.id)), "contact_id": .int(Int64(contact))]
        )
        try #require(answer.status == 200, "\(answer.text)")
        return answer.id
    }

    /// Creates a contact with a conversation; returns the display id of the conversation.
    func conversation() async throws -> Int { try await conversation(contact: contact()) }

    func messages(_ conversation: Int) -> String { "\(api)/conversations/\(conversation)/messages" }

    func row(_ displayID: Int) throws -> Int {
        try #require(chatwoot.conversations.first { $0.displayID == displayID && $0.accountID == account.id }).id
    }
}

func withChatwoot(
    _ profile: ChatwootDouble.Release = .v4_15,
    _ options: ChatwootDouble.Options = ChatwootDouble.Options(),
    isLocked: Bool = false,
    webhookURL: String? = nil,
    isHMACMandatory: Bool = false,
    _ body: (ChatwootFixture) async throws -> Void
) async throws {
    let chatwoot = ChatwootDouble(profile: profile, options: options)
    let url = try await chatwoot.start()
    let account = chatwoot.addAccount("Acme")
    let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
    defer {
        engine.shutdown()
        chatwoot.stop()
    }
    let admin = chatwoot.addUser("Relay", in: account.id, role: .administrator)
    let inbox = chatwoot.addInbox(
        "WhatsApp",
        in: account.id,
        isLockedToSingleConversation: isLocked,
        webhookURL: webhookURL,
        isHMACMandatory: isHMACMandatory
    )
    try await body(
        ChatwootFixture(chatwoot: chatwoot, url: url, account: account, admin: admin, inbox: inbox, engine: engine)
    )
}

extension ChatwootDouble.Options {
    static func with(_ change: (inout Self) -> Void) -> Self {
        var options = Self()
        change(&options)
        return options
    }
}

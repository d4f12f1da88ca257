internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// Chatwoot's interface, as far as a forwarder needs it (reference chatwoot.md, 1): one request, one answer.
///
/// The token goes out as `api-access-token`, since proxies drop header names with an underscore.
struct ChatwootAPI: Sendable {
    /// Chatwoot's address, without a slash at its end.
    let url: String
    let account: Int
    let token: String
    let timeout: Duration
    let sender: any HTTPSender

    /// How much of an answer is read: the longest is a page of messages, 100 of up to 150,000 characters.
    private static let longestAnswer = 32 << 20
    /// A form has as much more time as it needs at this many bytes a second.
    private static let slowestUpload = 256 << 10

    // MARK: Requests

    /// Under `/api/v1/accounts/ACCOUNT`.
    func call(
        _ method: String, _ path: String, _ body: JSONObject? = nil
    ) async throws(ChatwootError) -> JSON {
        var request = request(method, "/api/v1/accounts/\(account)\(path)")
        authorize(&request)
        if let body { fill(&request, body) }
        return try await answer(to: request, path)
    }

    /// A form with files.
    func post(_ path: String, form: FormBody) async throws(ChatwootError) -> JSON {
        var request = request("POST", "/api/v1/accounts/\(account)\(path)")
        authorize(&request)
        request.headers.append(("Content-Type", form.contentType))
        request.body = form.bytes
        request.bodyFile = form.file
        request.timeout += .seconds(form.length / Int64(Self.slowestUpload))
        // The file is deleted with the form.
        defer { withExtendedLifetime(form) {} }
        return try await answer(to: request, path)
    }

    /// Under `/public/api/v1/inboxes/IDENTIFIER`, which is its own secret.
    func callPublic(
        _ identifier: String, _ method: String, _ path: String, _ body: JSONObject
    ) async throws(ChatwootError) -> JSON {
        var request = request(method, "/public/api/v1/inboxes/\(ChatwootSourceID.plain(identifier))\(path)")
        fill(&request, body)
        return try await answer(to: request, "/public" + path)
    }

    /// Whose token it is.
    func profile() async throws(ChatwootError) -> JSON {
        try await get("/api/v1/profile", as: "/profile", tokenIn: "api-access-token")
    }

    /// Any path.
    /// - Parameters:
    ///   - shown: the path for people.
    ///   - header: which carries the token; nil: none does.
    func get(
        _ path: String, as shown: String, tokenIn header: String? = nil
    ) async throws(ChatwootError) -> JSON {
        var request = request("GET", path)
        if let header { request.headers.append((header, token)) }
        return try await answer(to: request, shown)
    }

    private func request(_ method: String, _ path: String) -> HTTPRequest {
        var request = HTTPRequest(
            method: method,
            url: url + path,
            headers: [("Accept", "application/json"), ("User-Agent", "ZapHub/1.0")],
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(5)),
            maximumResponseBody: Self.longestAnswer,
            keptResponseBody: Self.longestAnswer
        )
        // Chatwoot makes another of what it is asked for twice; the ledger has to know.
        request.isRepeatable = method == "GET"
        return request
    }

    private func authorize(_ request: inout HTTPRequest) {
        request.headers.append(("api-access-token", token))
    }

    private func fill(_ request: inout HTTPRequest, _ body: JSONObject) {
        request.headers.append(("Content-Type", "application/json"))
        request.body = JSON.object(body).bytes
    }

    /// - Parameter shown: the path for people, without the account and an inbox's identifier.
    private func answer(to request: HTTPRequest, _ shown: String) async throws(ChatwootError) -> JSON {
        let response: HTTPResponse
        do {
            response = try await sender.send(request)
        } catch {
            throw ChatwootError(error)
        }
        guard (200..<300).contains(response.status) else {
            throw ChatwootError(response, doing: "\(request.method) \(shown)")
        }
        // Some answer 200 with an empty body (typing, last seen).
        guard !response.body.isEmpty else { return .null }
        do {
            return try JSON(parsing: response.body)
        } catch {
            throw ChatwootError(
                kind: .transient, status: response.status,
                message: "\(request.method) \(shown): the answer is no JSON; url: must be Chatwoot's own address")
        }
    }
}

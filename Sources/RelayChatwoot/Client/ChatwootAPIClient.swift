internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// The part of Chatwoot's API that forwarding needs (reference chatwoot.md, 1). Each call sends one request.
///
/// The token is sent as `api-access-token`, because proxies drop header names with underscores.
struct ChatwootAPIClient: Sendable {
    /// Chatwoot's URL, without a trailing slash.
    let url: String
    let account: Int
    let token: String
    let timeout: Duration
    let sender: any HTTPClient

    /// The maximum response size in bytes. The longest response is a page of 100 messages of up to 150,000 characters.
    private static let longestAnswer = 32 << 20
    /// Bytes a second: the timeout of a form is extended by its size divided by this.
    private static let slowestUpload = 256 << 10

    // MARK: Requests

    /// Sends a request to a path under `/api/v1/accounts/ACCOUNT`.
    func call(
        _ method: String, _ path: String, _ body: JSONObject? = nil
    ) async throws(ChatwootError) -> JSON {
        var request = request(method, "/api/v1/accounts/\(account)\(path)")
        authorize(&request)
        if let body { fill(&request, body) }
        return try await answer(to: request, path)
    }

    /// Sends a form with files.
    func post(_ path: String, form: MultipartFormBody) async throws(ChatwootError) -> JSON {
        var request = request("POST", "/api/v1/accounts/\(account)\(path)")
        authorize(&request)
        request.headers.append(("Content-Type", form.contentType))
        request.body = form.bytes
        request.bodyFile = form.file
        request.timeout += .seconds(form.length / Int64(Self.slowestUpload))
        // The form deletes its file when it is released.
        defer { withExtendedLifetime(form) {} }
        return try await answer(to: request, path)
    }

    /// Sends a request to a path under `/public/api/v1/inboxes/IDENTIFIER`. The identifier is itself a secret.
    func callPublic(
        _ identifier: String, _ method: String, _ path: String, _ body: JSONObject
    ) async throws(ChatwootError) -> JSON {
        var request = request(method, "/public/api/v1/inboxes/\(ChatwootSourceID.plain(identifier))\(path)")
        fill(&request, body)
        return try await answer(to: request, "/public" + path)
    }

    /// The user to whom the access token belongs.
    func profile() async throws(ChatwootError) -> JSON {
        try await get("/api/v1/profile", as: "/profile", tokenIn: "api-access-token")
    }

    /// Sends a GET to any path.
    /// - Parameters:
    ///   - shown: the path for error messages.
    ///   - header: the name of the header that carries the token; nil: no token is sent.
    func get(
        _ path: String, as shown: String, tokenIn header: String? = nil
    ) async throws(ChatwootError) -> JSON {
        var request = request("GET", path)
        if let header { request.headers.append((header, token)) }
        return try await answer(to: request, shown)
    }

    private func request(_ method: String, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(
            method: method,
            url: url + path,
            headers: [("Accept", "application/json"), ("User-Agent", "ZapHub/1.0")],
            timeout: timeout,
            connectTimeout: min(timeout, .seconds(5)),
            maximumResponseBody: Self.longestAnswer,
            keptResponseBody: Self.longestAnswer
        )
        // Chatwoot creates a second object for a repeated request, so repetitions must go through the ledger.
        request.isRepeatable = method == "GET"
        return request
    }

    private func authorize(_ request: inout HTTPClientRequest) {
        request.headers.append(("api-access-token", token))
    }

    private func fill(_ request: inout HTTPClientRequest, _ body: JSONObject) {
        request.headers.append(("Content-Type", "application/json"))
        request.body = JSON.object(body).bytes
    }

    /// - Parameter shown: the path for error messages, without the account and an inbox's identifier.
    private func answer(to request: HTTPClientRequest, _ shown: String) async throws(ChatwootError) -> JSON {
        let response: HTTPClientResponse
        do {
            response = try await sender.send(request)
        } catch {
            throw ChatwootError(error)
        }
        guard (200..<300).contains(response.status) else {
            throw ChatwootError(response, doing: "\(request.method) \(shown)")
        }
        // Some endpoints answer 200 with an empty body (typing, last seen).
        guard !response.body.isEmpty else { return .null }
        do {
            return try JSON(parsing: response.body)
        } catch {
            throw ChatwootError(
                code: .transient, status: response.status,
                message: "\(request.method) \(shown): the answer is no JSON; url: must be Chatwoot's own URL")
        }
    }
}

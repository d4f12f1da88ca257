import HTTPTypes
import RelayJSON

/// Sends requests to the API.
struct Client: Sendable {
    /// Transmits a request to the API.
    protocol Transport: Sendable {
        func send(_ head: HTTPRequest, body: [UInt8]) async throws -> APIResponse
    }

    let transport: any Transport
    let key: String

    struct APIResponse {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        /// The body as JSON; null when it is not JSON.
        var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
        var data: JSON { json["data"] ?? .null }
        var code: String? { json["error"]?["code"]?.string }
        var message: String? { json["error"]?["message"]?.string }
        /// The JSON pointers in a 422 response.
        var places: [String] {
            (json["error"]?["details"]?.array ?? []).compactMap { $0["pointer"]?.string ?? $0["parameter"]?.string }
        }
    }

    func get(_ uri: String) async throws -> APIResponse { try await send(.get, uri) }
    func delete(_ uri: String) async throws -> APIResponse { try await send(.delete, uri) }

    func post(_ uri: String, _ body: JSON? = nil) async throws -> APIResponse {
        try await send(.post, uri, body: body?.bytes)
    }

    func patch(_ uri: String, _ body: JSON) async throws -> APIResponse {
        try await send(.patch, uri, body: body.bytes)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        body: [UInt8]? = nil,
        type: String? = "application/json",
        headers: HTTPFields = [:],
        withKey: Bool = true
    ) async throws -> APIResponse {
        var headers = headers
        if withKey { headers[.authorization] = "Bearer \(key)" }
        if body != nil, let type { headers[.contentType] = type }
        if let body { headers[.contentLength] = String(body.count) }
        return try await transport.send(
            HTTPRequest(method: method, scheme: "http", authority: "localhost", path: uri, headerFields: headers),
            body: body ?? [])
    }
}

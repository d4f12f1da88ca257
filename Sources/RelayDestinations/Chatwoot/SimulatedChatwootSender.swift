internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON
internal import Synchronization

/// Simulates a Chatwoot without contacts. It answers the requests that look up and create records; the script answers
/// the requests about messages.
final class SimulatedChatwootSender: HTTPClient {
    private let script: any HTTPClient
    private let lastMessage = Mutex<Int64>(0)

    init(_ script: any HTTPClient) {
        self.script = script
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let path = request.url.split(separator: "?").first ?? ""
        if let answer = lookUp(request.method, path) {
            return HTTPClientResponse(status: 200, headers: [("content-type", "application/json")], body: answer.bytes)
        }
        var response = try await script.send(request)
        guard response.body.isEmpty, request.method == "POST" else { return response }
        let id = lastMessage.withLock { last in
            last += 1
            return last
        }
        response.body = JSON.object(["id": .int(id)]).bytes
        return response
    }

    /// The response to a look-up; nil when the script answers the request.
    private func lookUp(_ method: String, _ path: Substring) -> JSON? {
        let parts = path.split(separator: "/")
        switch (method, parts.last ?? "", parts.dropLast().last ?? "") {
        case ("GET", "messages", _), ("GET", "conversations", _), ("GET", "inboxes", _), ("POST", "filter", _):
            return ["payload": []]
        case ("GET", let id, "inboxes"): return inbox(Int64(id) ?? 1)
        case ("POST", "inboxes", _): return inbox(1)
        case ("POST", "contacts", _), ("PATCH", _, "contacts"), ("GET", _, "contacts"):
            return ["id": 1, "payload": ["id": 1, "name": ""]]
        case ("POST", "conversations", _), ("GET", _, "conversations"): return ["id": 1, "status": "open"]
        default: return nil
        }
    }

    private func inbox(_ id: Int64) -> JSON {
        ["id": .int(id), "channel_type": "Channel::Api", "inbox_identifier": "test"]
    }
}

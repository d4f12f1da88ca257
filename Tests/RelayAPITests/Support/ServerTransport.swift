import HTTPTypes
import RelayHTTPClient

/// Sends requests to a server on the local machine.
struct ServerTransport: Client.Transport {
    let engine: CurlEngine
    let port: Int

    func send(_ head: HTTPTypes.HTTPRequest, body: [UInt8]) async throws -> Client.APIResponse {
        var request = HTTPClientRequest(
            method: head.method.rawValue,
            url: "http://127.0.0.1:\(port)\(head.path ?? "/")",
            headers: head.headerFields.filter { $0.name != .contentLength }.map { ($0.name.rawName, $0.value) },
            body: body,
            timeout: .seconds(60)
        )
        request.isRepeatable = false
        let response = try await engine.send(request)
        var fields = HTTPFields()
        for (name, value) in response.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return Client.APIResponse(status: response.status, headers: fields, bytes: response.body)
    }
}

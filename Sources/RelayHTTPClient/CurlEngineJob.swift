/// A request that is queued for the engine's thread. A class, because it passes through many hands and holds much.
final class CurlEngineJob: Sendable {
    let id: UInt64
    let request: HTTPClientRequest
    let submitted = ContinuousClock.now
    /// Receives the response body in pieces; when nil, its start is kept for the completion.
    let stream: StreamBuffer?
    let completion: @Sendable (Result<HTTPClientResponse, HTTPClientError>) -> Void

    init(
        id: UInt64,
        request: HTTPClientRequest,
        completion: @escaping @Sendable (Result<HTTPClientResponse, HTTPClientError>) -> Void
    ) {
        self.id = id
        self.request = request
        self.completion = completion
        stream = nil
    }

    /// A request whose response body is delivered in pieces.
    init(request: HTTPClientRequest, stream: StreamBuffer) {
        id = stream.id
        self.request = request
        self.stream = stream
        completion = { stream.finish($0) }
    }

    func refuse(_ message: String) {
        completion(.failure(HTTPClientError(code: .cancelled, message: message, duration: .now - submitted)))
    }
}

/// Sends one HTTP request. Implemented by the engine, and by scripted receivers in tests.
package protocol HTTPClient: Sendable {
    /// Ends early with an error when the task is cancelled.
    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse
}

extension CurlEngine: HTTPClient {}

/// Sends one HTTP request. Implemented by the engine, and by scripted receivers in tests.
package protocol HTTPSender: Sendable {
    /// Ends early with an error when the task is cancelled.
    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse
}

extension CurlEngine: HTTPSender {}

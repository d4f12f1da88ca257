/// Sends one HTTP request: the engine, or a script that stands for it.
package protocol HTTPSender: Sendable {
    /// Ends early, with a failure, when the task is cancelled.
    func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse
}

extension CurlEngine: HTTPSender {}

/// What came of a test request, in the words of stage-07's `webhook/test`.
package struct WebhookTestResult: Sendable {
    package var url: String
    /// Nil when no answer came.
    package var statusCode: Int?
    package var statusText: String?
    /// Whether the answer was 2xx.
    package var ok: Bool
    /// The answer's headers, in its order.
    package var headers: [(name: String, value: String)]
    /// The start of the answer's body.
    package var response: String?
    /// From the start of the request to the end of the answer.
    package var latencyMs: Double
    /// Why no answer came, in one line; nil when one came.
    package var error: String?
    /// The kind of failure: `dns`, `connect`, `timeout`, `blocked_address` …
    package var errorType: String?
    /// Whether time ran out.
    package var timeout: Bool
    /// The system's name of a network failure: `ECONNREFUSED`.
    package var networkError: String?

    package init(
        url: String,
        statusCode: Int? = nil,
        statusText: String? = nil,
        ok: Bool,
        headers: [(name: String, value: String)] = [],
        response: String? = nil,
        latencyMs: Double,
        error: String? = nil,
        errorType: String? = nil,
        timeout: Bool = false,
        networkError: String? = nil
    ) {
        self.url = url
        self.statusCode = statusCode
        self.statusText = statusText
        self.ok = ok
        self.headers = headers
        self.response = response
        self.latencyMs = latencyMs
        self.error = error
        self.errorType = errorType
        self.timeout = timeout
        self.networkError = networkError
    }
}

/// The result of a test request, with the fields of stage-07's `webhook/test`.
package struct WebhookTestResult: Sendable {
    package var url: String
    /// The HTTP status; nil when there was no response.
    package var statusCode: Int?
    package var statusText: String?
    /// Whether the status was 2xx.
    package var ok: Bool
    /// The response headers, in order.
    package var headers: [(name: String, value: String)]
    /// The start of the response body.
    package var response: String?
    /// The time from the start of the request to the end of the response.
    package var latencyMs: Double
    /// Why there was no response, in one line; nil when there was one.
    package var error: String?
    /// The kind of failure: `dns`, `connect`, `timeout`, `blocked_address` …
    package var errorType: String?
    /// Whether the request timed out.
    package var timeout: Bool
    /// The system's name of a network error: `ECONNREFUSED`.
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

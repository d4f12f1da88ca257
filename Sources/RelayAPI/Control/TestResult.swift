/// What came of a test request, in the words of stage-07's `webhook/test`.
public struct TestResult: Sendable {
    public var url: String
    /// Nil when no answer came.
    public var statusCode: Int?
    public var statusText: String?
    /// Whether the answer was 2xx.
    public var ok: Bool
    /// The answer's headers, in its order.
    public var headers: [(name: String, value: String)]
    /// The start of the answer's body.
    public var response: String?
    /// From the start of the request to the end of the answer.
    public var latencyMs: Double
    /// Why no answer came, in one line; nil when one came.
    public var error: String?
    /// The kind of failure: `dns`, `connect`, `timeout`, `blocked_address` …
    public var errorType: String?
    /// Whether time ran out.
    public var timeout: Bool
    /// The system's name of a network failure: `ECONNREFUSED`.
    public var networkError: String?

    public init(
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

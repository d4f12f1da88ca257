internal import RelayAPI
internal import RelayCore
internal import RelayHTTPClient

extension WebhookTestResult {
    init(_ response: HTTPClientResponse, url: String) {
        self.init(
            url: url,
            statusCode: response.status,
            statusText: HTTPStatusText.text(response.status),
            ok: (200..<300).contains(response.status),
            headers: response.headers,
            response: String(decoding: response.body, as: UTF8.self),
            latencyMs: response.duration.inMilliseconds
        )
    }

    init(_ failure: HTTPClientError, url: String) {
        self.init(
            url: url,
            ok: false,
            latencyMs: failure.duration.inMilliseconds,
            error: failure.message,
            errorType: failure.code == .timeout ? "TimeoutError" : "NetworkError",
            timeout: failure.code == .timeout,
            networkError: failure.networkCode
        )
    }

    /// Creates the result of a destination that has its own way of sending deliveries.
    init(_ result: AttemptResult) {
        let isTimeout = result.outcome == .failed(.timeout)
        self.init(
            url: result.target,
            statusCode: result.status,
            statusText: result.status.map { HTTPStatusText.text($0) },
            ok: result.isDelivered,
            response: result.response,
            latencyMs: result.duration.inMilliseconds,
            error: result.error,
            errorType: result.isDelivered ? nil : isTimeout ? "TimeoutError" : "NetworkError",
            timeout: isTimeout
        )
    }
}

extension Duration {
    fileprivate var inMilliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds / 1_000_000_000_000) / 1000
    }
}

/// Reason phrases (RFC 9110), which HTTP/1.1 receivers may leave out.
enum HTTPStatusText {
    static func text(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: ""
        }
    }
}

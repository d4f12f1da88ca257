/// One HTTP request, sent once. Redirects are never followed: a 3xx is a response like any other.
package struct HTTPClientRequest: Sendable {
    /// An HTTP method in capitals; default `POST`.
    package var method: String = "POST"
    /// An absolute `http` or `https` URL without credentials.
    package var url: String
    /// Sent in this order, after validation by `HeaderFieldRules`.
    package var headers: [(name: String, value: String)]
    /// The body, sent unchanged with its length; may be empty.
    package var body: [UInt8]
    /// Sent instead of ``body``; default none. Not for `GET` and `HEAD`.
    package var bodyFile: FileRangeRequestBody?
    /// The timeout of the whole transfer, including name lookup and response body; default 10 s.
    package var timeout: Duration = .seconds(10)
    /// The timeout of name lookup, TCP and TLS together; default 5 s.
    package var connectTimeout: Duration = .seconds(5)
    /// Reading stops after this many bytes of the response body, and the connection is closed; default 64 KiB. A longer
    /// streamed body fails with `.tooLarge`.
    package var maximumResponseBody: Int = 64 * 1024
    /// How many bytes of the response body are kept; default 16 KiB.
    package var keptResponseBody: Int = 16 * 1024
    /// Whether the server's certificate and host name are verified; default true.
    package var verifyTLS = true
    /// A PEM file of certificate authorities to trust instead of the system's; default none.
    package var caFile: String?
    /// Whether the response may pause for any time, as server-sent events do; default false: a slow response is a
    /// timeout.
    package var mayPause = false
    /// Whether the response is complete only with its body; default true. When false, a 2xx head is the response: as
    /// much of the body is kept as arrives within the timeout, and a body that is slow, broken or cut off is no failure.
    package var needsBody = true
    /// Whether the request may be sent once more, on a new connection, when a reused connection is closed before the
    /// first byte of the response; usually the server had just closed it. Default true. Set it to false when a repeated
    /// request has a second effect: the caller then gets `.reset`, because the server may have processed the request.
    package var isRepeatable = true
    /// The parameters to sign the request with; default none.
    package var awsSigV4: AWSSigV4Parameters?

    package init(
        method: String = "POST",
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Duration = .seconds(10),
        connectTimeout: Duration = .seconds(5),
        maximumResponseBody: Int = 64 * 1024,
        keptResponseBody: Int = 16 * 1024,
        verifyTLS: Bool = true,
        caFile: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maximumResponseBody = maximumResponseBody
        self.keptResponseBody = keptResponseBody
        self.verifyTLS = verifyTLS
        self.caFile = caFile
    }
}

/// One HTTP request, sent once. Redirects are never followed; a 3xx is an answer like any other.
package struct HTTPRequest: Sendable {
    /// An HTTP method in capitals; default `POST`.
    package var method: String = "POST"
    /// An absolute `http` or `https` URL without credentials.
    package var url: String
    /// Sent in this order, after validation by `HeaderFieldRules`.
    package var headers: [(name: String, value: String)]
    /// Sent as it is, with its length; may be empty.
    package var body: [UInt8]
    /// Sent instead of ``body``; default none. Not for `GET` and `HEAD`.
    package var bodyFile: BodyFile?
    /// For the whole transfer, name lookup and response body included; default 10 s.
    package var timeout: Duration = .seconds(10)
    /// For name lookup, TCP and TLS together; default 5 s.
    package var connectTimeout: Duration = .seconds(5)
    /// Reading stops after this many bytes of the response body, and the connection is closed; default 64 KiB. A
    /// streamed answer that is longer fails, `.tooLarge`.
    package var maximumResponseBody: Int = 64 * 1024
    /// How many bytes of the response body are kept; default 16 KiB.
    package var keptResponseBody: Int = 16 * 1024
    /// Whether the server's certificate and its name are verified; default true.
    package var verifyTLS = true
    /// A PEM file of authorities to trust instead of the system's; default none.
    package var caFile: String?
    /// Whether the answer may pause as long as it likes, as server-sent events do; default no: one that trickles is a
    /// timeout.
    package var mayPause = false
    /// Whether it may be sent once more, on a new connection, when a connection that was used again ends before a byte
    /// of the answer: mostly the server had just closed it. Default true. False where a second request is a second
    /// effect, and the server may have taken the first: then the caller is told `.reset`.
    package var isRepeatable = true
    /// Signs the request; default none.
    package var awsSigV4: AWSSigV4?

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

package import RelayCore

/// One download request. Redirects are not followed; the caller decides about them.
package struct MediaDownloadRequest: Sendable {
    /// An absolute `http` or `https` URL.
    package var url: String
    package var headers: [(name: String, value: String)]
    /// The maximum size of the body in bytes; a transport may stop there with `.tooLarge`.
    package var maximumBody: Int64
    /// The timeout of the whole response.
    package var timeout: Duration

    package init(url: String, headers: [(name: String, value: String)], maximumBody: Int64, timeout: Duration) {
        self.url = url
        self.headers = headers
        self.maximumBody = maximumBody
        self.timeout = timeout
    }
}

/// A response whose head has arrived. Releasing it ends the transfer.
package struct MediaDownloadResponse: Sendable {
    package let status: Int
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    private let body: @Sendable () async throws(MediaError) -> [UInt8]?

    /// - Parameter body: returns the next piece of the body, nil at its end; throws `.unavailable` when the connection
    ///   ends.
    package init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: @escaping @Sendable () async throws(MediaError) -> [UInt8]?
    ) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header; the name in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    func next() async throws(MediaError) -> [UInt8]? { try await body() }
}

/// Why a request got no response.
package struct MediaTransferError: Error, Sendable {
    package let error: MediaError
    /// Whether the host is the reason: it could not be reached, or did not answer. False when the request was
    /// cancelled, was not allowed, or failed for lack of resources on this machine.
    package let isOfHost: Bool

    package init(_ error: MediaError, isOfHost: Bool) {
        self.error = error
        self.isOfHost = isOfHost
    }
}

/// The transport for downloads.
package protocol MediaHTTPClient: Sendable {
    /// Sends a GET, and returns when the head of the response has arrived. Cancelling the task ends the transfer.
    /// - Throws: ``MediaTransferError`` with `.unavailable`, `.timeout`, or `.notAllowed` for an IP address that is
    ///   denied.
    func get(_ request: MediaDownloadRequest) async throws(MediaTransferError) -> MediaDownloadResponse
}

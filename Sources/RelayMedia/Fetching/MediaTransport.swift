package import RelayCore

/// One download as it goes out. Redirects are not followed; whoever asks decides about them.
package struct MediaRequest: Sendable {
    /// An absolute `http` or `https` URL.
    package var url: String
    package var headers: [(name: String, value: String)]
    /// Bytes of the body at most; a transport may stop there with `.tooLarge`.
    package var maximumBody: Int64
    /// For the whole answer.
    package var timeout: Duration

    package init(url: String, headers: [(name: String, value: String)], maximumBody: Int64, timeout: Duration) {
        self.url = url
        self.headers = headers
        self.maximumBody = maximumBody
        self.timeout = timeout
    }
}

/// An answer whose head has come. Letting go of it ends it.
package struct MediaResponse: Sendable {
    package let status: Int
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    private let body: @Sendable () async throws(MediaError) -> [UInt8]?

    /// - Parameter body: the next piece of the body each time, nil at its end; throws `.unavailable` when it is cut off.
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

/// What downloads go through.
package protocol MediaTransport: Sendable {
    /// Sends a GET, and returns when the head of the answer is there. Cancelling the task ends the transfer.
    /// - Throws: ``MediaError`` `.unavailable`, `.timeout`, or `.notAllowed` for an address that is not to be reached.
    func get(_ request: MediaRequest) async throws(MediaError) -> MediaResponse
}

public import RelayCore

/// One download as it goes out. Redirects are not followed; whoever asks decides about them.
public struct MediaRequest: Sendable {
    /// An absolute `http` or `https` URL.
    public var url: String
    public var headers: [(name: String, value: String)]
    /// Bytes of the body at most; a transport may stop there with `.tooLarge`.
    public var maximumBody: Int64
    /// For the whole answer.
    public var timeout: Duration

    public init(url: String, headers: [(name: String, value: String)], maximumBody: Int64, timeout: Duration) {
        self.url = url
        self.headers = headers
        self.maximumBody = maximumBody
        self.timeout = timeout
    }
}

/// An answer whose head has come. Letting go of it ends it.
public struct MediaResponse: Sendable {
    public let status: Int
    /// Names in lower case.
    public let headers: [(name: String, value: String)]
    private let body: @Sendable () async throws(MediaFailure) -> [UInt8]?

    /// - Parameter body: the next piece of the body each time, nil at its end; throws `.unavailable` when it is cut off.
    public init(
        status: Int,
        headers: [(name: String, value: String)] = [],
        body: @escaping @Sendable () async throws(MediaFailure) -> [UInt8]?
    ) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header; the name in lower case.
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    func next() async throws(MediaFailure) -> [UInt8]? { try await body() }
}

/// What downloads go through.
public protocol MediaTransport: Sendable {
    /// Sends a GET, and returns when the head of the answer is there. Cancelling the task ends the transfer.
    /// - Throws: ``MediaFailure`` `.unavailable`, `.timeout`, or `.notAllowed` for an address that is not to be reached.
    func get(_ request: MediaRequest) async throws(MediaFailure) -> MediaResponse
}

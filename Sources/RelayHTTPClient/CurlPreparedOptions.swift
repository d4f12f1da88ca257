/// What the options of a handle were set for. The next request with the same needs only the options that change with
/// every request; all others are set anew after a reset.
///
/// Only plain POST requests are covered. Everything that `CurlTransfer.setOptions` reads from a request must be compared
/// here, or be set by `CurlTransfer.setChangingOptions`.
struct CurlPreparedOptions {
    let target: CurlTarget
    private let verifyTLS: Bool
    private let caFile: String?
    private let timeout: Duration
    private let connectTimeout: Duration

    /// Nil for a request whose options cannot be kept.
    init?(_ request: HTTPClientRequest, _ target: CurlTarget) {
        guard Self.isPlain(request) else { return nil }
        self.target = target
        verifyTLS = request.verifyTLS
        caFile = request.caFile
        timeout = request.timeout
        connectTimeout = request.connectTimeout
    }

    func fits(_ request: HTTPClientRequest, _ target: CurlTarget) -> Bool {
        self.target === target && Self.isPlain(request) && verifyTLS == request.verifyTLS && caFile == request.caFile
            && timeout == request.timeout && connectTimeout == request.connectTimeout
    }

    private static func isPlain(_ request: HTTPClientRequest) -> Bool {
        request.method == "POST" && request.bodyFile == nil && request.awsSigV4 == nil
    }
}

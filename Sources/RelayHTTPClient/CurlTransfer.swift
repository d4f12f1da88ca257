internal import CCurl
import Glibc

/// One libcurl easy handle and the memory that libcurl reads and writes while a request is under way. Reused from
/// request to request, and touched by the engine's thread only.
///
/// Ownership: the loop holds the transfer in its table from `add_handle` to `remove_handle`, so callbacks get an
/// unretained pointer.
final class CurlTransfer {
    /// Why a callback of ours told libcurl to give up.
    enum StopReason { case bodyLimit, headerLimit, denied, upload, repetition }

    let easy: UnsafeMutableRawPointer
    unowned let loop: EngineLoop
    /// libcurl's own words on a failure.
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// The request's body: libcurl does not copy it, and a Swift array's storage may not be lent for so long.
    var requestBody = ReusableBuffer()
    /// Where the body is read from instead, for some requests.
    private(set) var upload: UploadBody?
    var requestHeaders = HeaderArena()

    private(set) var job: EngineJob?
    private(set) var target = RequestTarget(host: "", port: 0, isTLS: false)
    private(set) var hasRetried = false

    // What came back.
    var head = ResponseHead()
    var body: [UInt8] = []
    var bodyBytes = 0
    var stop: StopReason?

    // How far it got.
    var peer: IPAddress?
    var denial: String?
    var socketWasOpened = false
    var socketError: Int32 = 0
    /// Whether a connection was told the request, be it one that broke then.
    var hasBegun = false

    init(loop: EngineLoop) throws(HTTPClientError) {
        guard let easy = curl_easy_init() else {
            throw HTTPClientError(kind: .other, message: "libcurl is out of memory", networkCode: "ENOMEM")
        }
        self.easy = easy
        self.loop = loop
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    var id: UInt64 { job?.id ?? 0 }
    var isRepeatable: Bool { job?.request.isRepeatable ?? false }
    var keptBody: Int { job?.request.keptResponseBody ?? 0 }
    var maximumBody: Int { job?.request.maximumResponseBody ?? 0 }
    var isNewConnection: Bool {
        var connections = 0
        ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        return connections > 0
    }

    /// Makes the handle ready for a request.
    ///
    /// - Throws: `.invalidRequest` for what may not be sent, `.other` when libcurl refuses a setting.
    func prepare(_ job: EngineJob, _ target: RequestTarget, httpVersion: Int) throws(HTTPClientError) {
        let request = job.request
        try fillHeaders(request)
        upload = try uploadSource(request)
        if upload == nil { requestBody.fill(request.body) }
        self.job = job
        self.target = target
        hasRetried = false
        hasBegun = false
        forgetResponse()
        curl_easy_reset(easy)
        do throws(HTTPClientError) {
            try setOptions(request, httpVersion: httpVersion)
        } catch {
            _ = release()
            throw error
        }
    }

    /// Gives up the request and what belongs to it; the handle can serve another.
    func release() -> (@Sendable (Result<HTTPResponse, HTTPClientError>) -> Void)? {
        defer {
            job = nil
            body = []
            upload = nil
            requestBody.shrink()
        }
        return job?.completion
    }

    /// A pooled connection may have been closed by the receiver just as it was used again; nothing came back, and that
    /// says nothing about the receiver. One more try, on a new connection, costs no attempt.
    func deservesRetry(after code: CURLcode) -> Bool {
        guard !hasRetried, head.bytes == 0, stop == nil, isRepeatable, !isNewConnection else { return false }
        return code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR
    }

    /// Readies the same request for a new connection, within what is left of its time.
    func retried() -> CurlTransfer {
        hasRetried = true
        forgetResponse()
        _ = upload?.seek(to: 0)
        ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
        if let job {
            let left = job.request.timeout - (.now - job.submitted)
            ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, Int(clamping: max(1, left.wholeMilliseconds)))
        }
        return self
    }

    private func forgetResponse() {
        head.reset()
        body = []
        bodyBytes = 0
        stop = nil
        peer = nil
        denial = nil
        socketWasOpened = false
        socketError = 0
        errorText[0] = 0
    }
}

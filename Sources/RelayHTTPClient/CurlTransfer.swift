internal import CCurl
import Glibc

/// One libcurl easy handle and the memory that libcurl reads and writes during a request. It is reused for further
/// requests and used only by the engine's thread.
///
/// Ownership: the loop's table holds the transfer from `add_handle` to `remove_handle`, so callbacks get an unretained
/// pointer.
final class CurlTransfer {
    /// Why one of our callbacks aborted the transfer.
    enum AbortReason { case bodyLimit, headerLimit, denied, upload, repetition, usedConnection, status }

    let easy: UnsafeMutableRawPointer
    unowned let loop: CurlEngineLoop
    /// libcurl's error text.
    let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// The request's body. libcurl does not copy it, and the storage of a Swift array cannot be borrowed for that long.
    var requestBody = ReusableBuffer()
    /// The reader that supplies the body of some requests instead.
    private(set) var upload: CurlRequestBodyReader?
    var requestHeaders = HeaderArena()
    /// Changes to libcurl's name cache that come with the request. libcurl reads them when it begins.
    var resolve: CurlResolveList?

    private(set) var job: CurlEngineJob?
    private(set) var target = CurlParsedURL()
    private(set) var hasRetried = false
    /// What the options are set for; nil when the next request sets all of them.
    private(set) var prepared: CurlPreparedOptions?
    /// Whether the low-speed limit is set.
    private var hasSpeedLimit = false
    /// Owns the parsed URL among the options.
    private var targetOfOptions: CurlTarget?

    // The response.
    var head = ResponseHeadParser()
    var body: [UInt8] = []
    var bodyBytes = 0
    var stop: AbortReason?

    // The progress.
    var peer: IPAddress?
    var denial: String?
    /// The sockets that were opened for the request, some of which may have been closed again.
    var openedSockets: [Int32] = []
    var socketError: Int32 = 0
    /// The connections on which the request was sent, including those that were closed afterwards.
    var beginnings = 0

    init(loop: CurlEngineLoop) throws(HTTPClientError) {
        guard let easy = curl_easy_init() else {
            throw HTTPClientError(code: .other, message: "libcurl is out of memory", networkCode: "ENOMEM")
        }
        self.easy = easy
        self.loop = loop
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    var id: UInt64 { job?.id ?? 0 }
    var hasBegun: Bool { beginnings > 0 }
    /// Whether a 2xx head has arrived and is all that the request needs.
    var isAnswered: Bool {
        head.isComplete && (200..<300).contains(head.status) && job?.request.needsBody == false
    }
    var isRepeatable: Bool { job?.request.isRepeatable ?? false }
    var keptBody: Int { job?.request.keptResponseBody ?? 0 }
    var maximumBody: Int { job?.request.maximumResponseBody ?? 0 }
    var isNewConnection: Bool {
        var connections = 0
        ccurl_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        return connections > 0
    }

    /// Prepares the handle for a request.
    ///
    /// - Throws: `.invalidRequest` for an invalid request, `.other` when libcurl rejects an option.
    func prepare(_ job: CurlEngineJob, _ target: CurlTarget, httpVersion: Int) throws(HTTPClientError) {
        let request = job.request
        try fillHeaders(request)
        upload = try uploadSource(request)
        if upload == nil { requestBody.fill(request.body) }
        self.job = job
        self.target = target.url
        hasRetried = false
        beginnings = 0
        forgetResponse()
        do throws(HTTPClientError) {
            if prepared?.fits(request, target) == true {
                if hasSpeedLimit { limitSpeed(bytesPerSecond: 0, seconds: 0) }
                try setChangingOptions(request)
            } else {
                prepared = nil
                curl_easy_reset(easy)
                hasSpeedLimit = false
                targetOfOptions = target
                try setOptions(request, target, httpVersion: httpVersion)
                prepared = CurlPreparedOptions(request, target)
            }
            takeNameChanges()
        } catch {
            prepared = nil
            _ = release()
            throw error
        }
    }

    private func takeNameChanges() {
        resolve = loop.nameChanges(for: target)
        guard let resolve else { return }
        ccurl_set_list(easy, CURLOPT_RESOLVE, resolve.list)
        // The list lives no longer than the request.
        prepared = nil
    }

    /// From here on, a response body that is slower is a timeout.
    func limitSpeed(bytesPerSecond: Int, seconds: Int) {
        hasSpeedLimit = bytesPerSecond > 0
        _ = ccurl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, bytesPerSecond)
        _ = ccurl_set_long(easy, CURLOPT_LOW_SPEED_TIME, seconds)
    }

    /// Has the next request set all options. Needed after everything but one ordinary exchange: options were changed on
    /// the way, or libcurl counts what happened, such as repetitions, until the handle is reset.
    func forgetOptions() { prepared = nil }

    /// Whether one exchange on one connection was all that happened.
    func wasOrdinary(_ code: CURLcode) -> Bool { code == CURLE_OK && stop == nil && beginnings == 1 && !hasRetried }

    /// Releases the request and its memory, so that the handle can be reused.
    func release() -> (@Sendable (Result<HTTPClientResponse, HTTPClientError>) -> Void)? {
        defer {
            job = nil
            body = []
            upload = nil
            resolve = nil
            requestBody.shrink()
        }
        return job?.completion
    }

    /// Whether to send the request again on a new connection. The receiver may have closed a pooled connection just
    /// when it was reused. Nothing was received then, so this is not a failed attempt. Nothing was sent on a connection
    /// with pending bytes.
    func deservesRetry(after code: CURLcode) -> Bool {
        if stop == .usedConnection { return !hasRetried }
        guard !hasRetried, head.bytes == 0, stop == nil, isRepeatable, !isNewConnection else { return false }
        return code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR
    }

    /// Prepares the same request for a new connection, with the remaining time.
    func retried() -> CurlTransfer {
        hasRetried = true
        forgetOptions()
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
        head = ResponseHeadParser()
        body = []
        bodyBytes = 0
        stop = nil
        peer = nil
        denial = nil
        openedSockets.removeAll(keepingCapacity: true)
        socketError = 0
        errorText[0] = 0
    }
}

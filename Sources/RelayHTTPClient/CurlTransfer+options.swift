internal import CCurl
internal import RelayCore

extension CurlTransfer {
    /// Sets all options of a request. The handle was reset before, so all others have libcurl's defaults.
    func setOptions(
        _ request: HTTPClientRequest, _ target: CurlTarget, httpVersion: Int
    ) throws(HTTPClientError) {
        var settings = OptionSetter(easy: easy)
        let context = Unmanaged.passUnretained(self).toOpaque()
        settings.pointer(CURLOPT_PRIVATE, context)
        settings.pointer(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))

        // HTTP only; no settings from netrc or the environment; no redirects.
        settings.string(CURLOPT_URL, target.url.text)
        if let handle = target.handle { settings.pointer(CURLOPT_CURLU, UnsafeMutableRawPointer(handle)) }
        settings.string(CURLOPT_PROTOCOLS_STR, "http,https")
        settings.string(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        settings.long(CURLOPT_FOLLOWLOCATION, 0)
        settings.long(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        settings.long(CURLOPT_NETRC, 0)
        settings.long(CURLOPT_UNRESTRICTED_AUTH, 0)
        // Empty, not unset: otherwise libcurl reads http_proxy from the environment, and the guard sees the proxy's
        // address.
        settings.string(CURLOPT_PROXY, "")
        // Otherwise it looks for no_proxy there with each request.
        settings.string(CURLOPT_NOPROXY, "*")
        settings.long(CURLOPT_HTTP09_ALLOWED, 0)
        settings.long(CURLOPT_HTTP_VERSION, httpVersion)

        // The egress guard: before each connection, and before each request on a reused connection.
        settings.pointer(CURLOPT_OPENSOCKETDATA, context)
        settings.record(ccurl_on_open_socket(easy) { CurlTransfer.openSocket($0, $1, $2) })
        settings.pointer(CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(loop).toOpaque())
        settings.record(ccurl_on_close_socket(easy) { CurlEngineLoop.closeSocket($0, $1) })
        settings.pointer(CURLOPT_PREREQDATA, context)
        settings.record(ccurl_on_request(easy) { CurlTransfer.willRequest($0, peer: $1, $3, local: $2, $4) })

        settings.long(CURLOPT_SSL_VERIFYPEER, request.verifyTLS ? 1 : 0)
        settings.long(CURLOPT_SSL_VERIFYHOST, request.verifyTLS ? 2 : 0)
        settings.long(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // With a directory of certificate authorities libcurl cannot cache them: 30 ms of CPU a connection instead of
        // 1.7.
        settings.string(CURLOPT_CAPATH, nil)
        if let caFile = request.caFile { settings.string(CURLOPT_CAINFO, caFile) }

        settings.long(CURLOPT_NOSIGNAL, 1)
        // Without it, ending a transfer during name lookup waits for the resolver and blocks all other transfers.
        settings.long(CURLOPT_QUICK_EXIT, 1)
        settings.long(CURLOPT_TCP_NODELAY, 1)
        settings.long(CURLOPT_TCP_KEEPALIVE, 1)
        settings.long(
            CURLOPT_MAXLIFETIME_CONN,
            Self.clamped(loop.configuration.maximumConnectionAge.wholeMilliseconds / 1000)
        )
        // The low-speed limit is set when the response begins, see `takeHeader`.
        settings.long(CURLOPT_TIMEOUT_MS, Self.clamped(request.timeout.wholeMilliseconds))
        settings.long(CURLOPT_CONNECTTIMEOUT_MS, Self.clamped(request.connectTimeout.wholeMilliseconds))

        settings.record(ccurl_on_data(easy, CURLOPT_WRITEFUNCTION) { CurlTransfer.takeBody($0, $1 &* $2, $3) })
        settings.pointer(CURLOPT_WRITEDATA, context)
        settings.record(ccurl_on_data(easy, CURLOPT_HEADERFUNCTION) { CurlTransfer.takeHeader($0, $1 &* $2, $3) })
        settings.pointer(CURLOPT_HEADERDATA, context)

        try setMethod(request, &settings)
        if let signature = request.awsSigV4 { sign(with: signature, &settings) }
        settings.record(ccurl_set_list(easy, CURLOPT_HTTPHEADER, requestHeaders.list))
        try settings.check()
    }

    /// Sets what differs between two requests for which ``CurlPreparedOptions`` are the same.
    func setChangingOptions(_ request: HTTPClientRequest) throws(HTTPClientError) {
        var settings = OptionSetter(easy: easy)
        setBody(request, &settings)
        settings.record(ccurl_set_list(easy, CURLOPT_HTTPHEADER, requestHeaders.list))
        try settings.check()
    }

    private static func clamped(_ value: Int64) -> Int { Int(min(max(1, value), Int64(Int32.max))) }

    /// Sets options and records the first one that libcurl rejected.
    struct OptionSetter {
        let easy: UnsafeMutableRawPointer
        private(set) var firstProblem = CURLE_OK

        init(easy: UnsafeMutableRawPointer) {
            self.easy = easy
        }

        /// - Throws: `.other` when libcurl rejected an option.
        func check() throws(HTTPClientError) {
            guard firstProblem == CURLE_OK else {
                throw HTTPClientError(code: .other, message: "libcurl refused a setting: \(curlText(firstProblem))")
            }
        }

        mutating func record(_ code: CURLcode) {
            if code != CURLE_OK, firstProblem == CURLE_OK { firstProblem = code }
        }
        mutating func long(_ option: CURLoption, _ value: Int) { record(ccurl_set_long(easy, option, value)) }
        mutating func size(_ option: CURLoption, _ value: Int) { record(ccurl_set_size(easy, option, value)) }
        mutating func string(_ option: CURLoption, _ value: String?) { record(ccurl_set_string(easy, option, value)) }
        mutating func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
            record(ccurl_set_pointer(easy, option, value))
        }
    }
}

internal import CCurl
internal import RelayCore

/// Prepares what is sent: headers, method, body, signature.
extension CurlTransfer {
    /// - Throws: `.invalidRequest` for an invalid header field, and for a signature that cannot be computed.
    func fillHeaders(_ request: HTTPClientRequest) throws(HTTPClientError) {
        guard let signature = request.awsSigV4 else {
            return try requestHeaders.fill(request.headers, userAgent: loop.configuration.userAgent)
        }
        if let problem = signature.problem { throw HTTPClientError(code: .invalidRequest, message: problem) }
        try requestHeaders.fill(
            request.headers + [("x-amz-content-sha256", signature.payloadHash)],
            userAgent: nil
        )
    }

    /// The reader for a body file, and for the body of a signed request. libcurl adds a form's `Content-Type` to a body
    /// that it gets as a buffer, and only an unsigned request can remove that header.
    func uploadSource(_ request: HTTPClientRequest) throws(HTTPClientError) -> CurlRequestBodyReader? {
        if let file = request.bodyFile { return try CurlRequestBodyReader(file) }
        guard request.awsSigV4 != nil else { return nil }
        let isBare = ["GET", "HEAD", "DELETE", "OPTIONS"].contains(request.method) && request.body.isEmpty
        return isBare ? nil : CurlRequestBodyReader(request.body)
    }

    func setMethod(_ request: HTTPClientRequest, _ settings: inout OptionSetter) throws(HTTPClientError) {
        let method = request.method
        guard (1...32).contains(method.utf8.count), method.utf8.allSatisfy(HeaderFieldRules.isTokenByte) else {
            throw HTTPClientError(code: .invalidRequest, message: "the method is not an HTTP method; write e.g. POST")
        }
        if let upload { return try setUpload(upload, method, &settings) }
        switch method {
        case "HEAD": settings.long(CURLOPT_NOBODY, 1)
        case "GET" where request.body.isEmpty: settings.long(CURLOPT_HTTPGET, 1)
        case "DELETE" where request.body.isEmpty, "OPTIONS" where request.body.isEmpty:
            settings.long(CURLOPT_HTTPGET, 1)
            settings.string(CURLOPT_CUSTOMREQUEST, method)
        default:
            settings.long(CURLOPT_POST, 1)
            setBody(request, &settings)
            if method != "POST" { settings.string(CURLOPT_CUSTOMREQUEST, method) }
        }
    }

    /// The body of a request without a reader.
    func setBody(_ request: HTTPClientRequest, _ settings: inout OptionSetter) {
        settings.size(CURLOPT_POSTFIELDSIZE_LARGE, request.body.count)
        settings.pointer(CURLOPT_POSTFIELDS, requestBody.base)
    }

    private func setUpload(
        _ upload: CurlRequestBodyReader,
        _ method: String,
        _ settings: inout OptionSetter
    ) throws(HTTPClientError) {
        guard method != "GET", method != "HEAD" else {
            throw HTTPClientError(code: .invalidRequest, message: "\(method) sends no body; write PUT or POST")
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        settings.long(CURLOPT_UPLOAD, 1)
        settings.size(CURLOPT_INFILESIZE_LARGE, Int(upload.length))
        settings.record(ccurl_on_data(easy, CURLOPT_READFUNCTION) { CurlTransfer.giveBody($0, $1 &* $2, $3) })
        settings.pointer(CURLOPT_READDATA, context)
        settings.record(ccurl_on_seek(easy) { CurlTransfer.seekBody($0, $1, $2) })
        settings.pointer(CURLOPT_SEEKDATA, context)
        if method != "PUT" { settings.string(CURLOPT_CUSTOMREQUEST, method) }
    }

    /// libcurl computes the signature from these values, the header fields and the time.
    func sign(with signature: AWSSigV4Parameters, _ settings: inout OptionSetter) {
        settings.string(CURLOPT_AWS_SIGV4, signature.option)
        settings.string(CURLOPT_USERNAME, signature.accessKey)
        settings.string(CURLOPT_PASSWORD, signature.secretKey)
        // Set as an option and not as a header field, which would be signed: a proxy may change it.
        settings.string(CURLOPT_USERAGENT, loop.configuration.userAgent)
        // The "Expect: 100-continue" header has to stay, but not every server answers it.
        settings.long(CURLOPT_EXPECT_100_TIMEOUT_MS, Self.continueTimeout)
    }

    /// Milliseconds.
    private static let continueTimeout = 300
}

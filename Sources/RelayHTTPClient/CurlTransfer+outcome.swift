internal import CCurl
import Glibc

/// Converts libcurl's result codes to responses and errors.
extension CurlTransfer {
    /// Must be called before the handle is removed from the multi handle.
    func outcome(_ code: CURLcode) -> Result<HTTPClientResponse, HTTPClientError> {
        // With a 2xx head the receiver has taken the request, whatever becomes of the connection.
        if isAnswered { return .success(response(isWhole: code == CURLE_OK)) }
        // A response whose body exceeded our limit after a complete header is still a response. A stream reports the
        // limit as an error, because its reader wants the whole body.
        if head.isComplete, code == CURLE_OK || (stop == .bodyLimit && job?.stream == nil) {
            return .success(response(isWhole: code == CURLE_OK))
        }
        if let stop { return .failure(failure(stop)) }
        // libcurl tried to repeat the request on a second connection, which failed. The first request may have been
        // processed.
        if hasBegun, !isRepeatable, [CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR].contains(code) {
            return .failure(failure(.repetition))
        }
        if code == CURLE_OK {
            return .failure(failure(.protocolError, "\(target.authority) ended its answer before a final status"))
        }
        return .failure(failure(code))
    }

    /// Available after the end of the header.
    var streamHead: StreamBuffer.Head {
        StreamBuffer.Head(status: head.status, headers: head.fields.all, address: peer?.description)
    }

    /// The outcome of a request that is cancelled now. Must be called before the handle is removed.
    func cancelled(_ message: String) -> Result<HTTPClientResponse, HTTPClientError> {
        isAnswered ? .success(response(isWhole: false)) : .failure(failure(.cancelled, message))
    }

    private func response(isWhole: Bool) -> HTTPClientResponse {
        HTTPClientResponse(
            status: head.status,
            fields: head.fields,
            body: body,
            bodyTruncated: !isWhole || bodyBytes > body.count,
            duration: elapsed,
            peer: peer,
            newConnection: isNewConnection
        )
    }

    func failure(_ code: HTTPClientError.Code, _ message: String, _ networkCode: String? = nil) -> HTTPClientError {
        HTTPClientError(code: code, message: message, duration: elapsed, networkCode: networkCode)
    }

    private var elapsed: Duration { job.map { .now - $0.submitted } ?? .zero }

    private func failure(_ stop: AbortReason) -> HTTPClientError {
        switch stop {
        case .denied: failure(.blockedAddress, denial ?? "the address is not allowed")
        case .repetition:
            failure(.reset, "\(target.authority) closed the connection without an answer", "ECONNRESET")
        case .usedConnection:
            failure(.reset, "\(target.authority) sent bytes that no request had asked for", "ECONNRESET")
        case .status:
            failure(
                .protocolError,
                "\(target.authority) answered with the status \(head.status), which HTTP does not have (100 to 599)"
            )
        case .upload: failure(.other, upload?.problem ?? "the file to send could not be read")
        case .headerLimit:
            failure(
                .protocolError,
                "\(target.authority) sent more than \(ResponseHeadParser.maximumBytes / 1024) KiB of response header"
            )
        case .bodyLimit where head.isComplete:
            failure(.tooLarge, "\(target.authority) sent more than the \(maximumBody) bytes that are taken")
        case .bodyLimit:
            failure(.protocolError, "\(target.authority) sent a body before a final status")
        }
    }

    private func failure(_ code: CURLcode) -> HTTPClientError {
        let who = target.authority
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return failure(
                .dns,
                "the name \(target.host) could not be resolved; check its spelling and the DNS",
                "ENOTFOUND"
            )
        case CURLE_COULDNT_CONNECT: return connectFailure()
        case CURLE_OPERATION_TIMEDOUT: return timeoutFailure()
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            return brokenConnection(code)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_USE_SSL_FAILED:
            return failure(
                .tls,
                "no trusted TLS connection to \(who): \(words(code)); check the receiver's certificate and its name, "
                    + "or trust its authority with a CA file"
            )
        case CURLE_URL_MALFORMAT, CURLE_LOGIN_DENIED, CURLE_BAD_FUNCTION_ARGUMENT:
            return failure(.invalidRequest, "the URL cannot be used: \(words(code))")
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_BAD_CONTENT_ENCODING, CURLE_TOO_MANY_REDIRECTS, CURLE_HTTP_RETURNED_ERROR, CURLE_FILESIZE_EXCEEDED,
            CURLE_WRITE_ERROR:
            return failure(.protocolError, "\(who) did not answer with valid HTTP: \(words(code))")
        default:
            return failure(.other, "the request to \(who) failed: \(words(code))", systemCode)
        }
    }

    /// What a lack of resources looks like when a socket is made.
    private static let shortages: Set<Int32> = [EMFILE, ENFILE, ENOBUFS, ENOMEM]

    private func connectFailure() -> HTTPClientError {
        if let denial, openedSockets.isEmpty { return failure(.blockedAddress, denial) }
        if socketError != 0, openedSockets.isEmpty {
            return failure(
                Self.shortages.contains(socketError) ? .localShortage : .other,
                "this machine gave no socket: \(errnoText(socketError)); raise the limit of open files",
                errnoName(socketError)
            )
        }
        // Every local port is in use.
        if systemError == EADDRNOTAVAIL {
            return failure(.localShortage, "this machine has no port for a connection", systemCode)
        }
        let reason = systemError == 0 ? words(CURLE_COULDNT_CONNECT) : errnoText(systemError).lowercased()
        return failure(
            .connect,
            "no connection to \(target.authority): \(reason); check the host, the port and that the receiver runs",
            systemCode
        )
    }

    private func timeoutFailure() -> HTTPClientError {
        let who = target.authority
        let time = job?.request.timeout ?? .zero
        let connectTime = min(time, job?.request.connectTimeout ?? .zero)
        if job?.stream?.isPaused == true {
            return failure(.timeout, "the answer of \(who) was not read to its end within \(time)", "ETIMEDOUT")
        }
        if head.status > 0, words(CURLE_OPERATION_TIMEDOUT).hasPrefix("Operation too slow") {
            return failure(
                .timeout,
                "\(who) began to answer but then sent fewer than \(Self.slowestAnswer) bytes a second for "
                    + "\(Self.slowAnswerSeconds) seconds",
                "ETIMEDOUT"
            )
        }
        if head.status > 0 {
            return failure(.timeout, "\(who) began to answer but did not end within \(time)", "ETIMEDOUT")
        }
        if peer != nil {
            return failure(.timeout, "\(who) took the request but did not answer within \(time)", "ETIMEDOUT")
        }
        if !openedSockets.isEmpty {
            return failure(
                .timeout,
                "no connection to \(who) within \(connectTime); check the host, the port and firewalls",
                "ETIMEDOUT"
            )
        }
        return failure(
            .dns, "the name \(target.host) was not resolved within \(connectTime); check the DNS", "ETIMEDOUT")
    }

    private func brokenConnection(_ code: CURLcode) -> HTTPClientError {
        let text = words(code)
        // libcurl reports invalid framing with the code of a broken connection; only its text distinguishes them.
        if code == CURLE_RECV_ERROR, systemError == 0, text.contains("chunk") || text.contains("header") {
            return failure(.protocolError, "\(target.authority) did not answer with valid HTTP: \(text)")
        }
        let when = head.status > 0 ? "in the middle of its answer" : "without an answer"
        return failure(
            .reset,
            "\(target.authority) closed the connection \(when) (\(text))",
            systemCode ?? "ECONNRESET"
        )
    }

    private var systemError: Int32 {
        var code = 0
        ccurl_get_long(easy, CURLINFO_OS_ERRNO, &code)
        return Int32(truncatingIfNeeded: code)
    }

    private var systemCode: String? { errnoName(systemError) }

    /// libcurl's text for this failure, or else for the code.
    private func words(_ code: CURLcode) -> String {
        errorText[0] == 0 ? curlText(code) : String(cString: errorText)
    }
}

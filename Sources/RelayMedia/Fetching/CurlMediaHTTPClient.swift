internal import RelayCore
package import RelayHTTPClient

/// Downloads through the HTTP engine. The engine's egress guard also decides at each connection which IP addresses are
/// allowed: hosts on the relay's own network must be on its allow-list as well.
package struct CurlMediaHTTPClient: MediaHTTPClient {
    private let engine: CurlEngine

    package init(_ engine: CurlEngine) {
        self.engine = engine
    }

    package func get(_ request: MediaDownloadRequest) async throws(MediaTransferError) -> MediaDownloadResponse {
        let request = HTTPClientRequest(
            method: "GET",
            url: request.url,
            headers: request.headers,
            timeout: request.timeout,
            connectTimeout: .seconds(10),
            maximumResponseBody: Int(clamping: request.maximumBody)
        )
        do throws(HTTPClientError) {
            let stream = try await engine.stream(request)
            return MediaDownloadResponse(status: stream.status, headers: stream.headers) { () throws(MediaError) in
                do throws(HTTPClientError) { return try await stream.next() } catch { throw MediaError(error) }
            }
        } catch {
            throw MediaTransferError(MediaError(error), isOfHost: error.isOfHost)
        }
    }
}

extension HTTPClientError {
    /// Whether the host could not be reached or did not answer.
    fileprivate var isOfHost: Bool {
        switch code {
        case .dns, .connect, .tls, .timeout, .reset: true
        case .protocolError, .tooLarge, .blockedAddress, .invalidRequest, .cancelled, .localShortage, .other: false
        }
    }
}

extension MediaError {
    fileprivate init(_ failure: HTTPClientError) {
        let reason: Code =
            switch failure.code {
            case .timeout: .timeout
            case .tooLarge: .tooLarge
            case .blockedAddress, .invalidRequest: .notAllowed
            case .dns, .connect, .tls, .reset, .protocolError, .cancelled, .localShortage, .other: .unavailable
            }
        self.init(reason, failure.message)
    }
}

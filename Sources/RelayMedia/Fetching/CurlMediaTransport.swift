public import RelayCore
public import RelayHTTPClient

/// Downloads through the HTTP engine. Its guard decides once more, at each connection, which addresses may be reached:
/// hosts on the relay's own network have to be on its allow-list as well.
public struct CurlMediaTransport: MediaTransport {
    private let engine: CurlEngine

    public init(_ engine: CurlEngine) {
        self.engine = engine
    }

    public func get(_ request: MediaRequest) async throws(MediaFailure) -> MediaResponse {
        let request = HTTPRequest(
            method: "GET",
            url: request.url,
            headers: request.headers,
            timeout: request.timeout,
            connectTimeout: .seconds(10),
            maximumResponseBody: Int(clamping: request.maximumBody)
        )
        do throws(HTTPFailure) {
            let stream = try await engine.stream(request)
            return MediaResponse(status: stream.status, headers: stream.headers) { () throws(MediaFailure) in
                do throws(HTTPFailure) { return try await stream.next() } catch { throw MediaFailure(error) }
            }
        } catch {
            throw MediaFailure(error)
        }
    }
}

extension MediaFailure {
    fileprivate init(_ failure: HTTPFailure) {
        let reason: Reason =
            switch failure.kind {
            case .timeout: .timeout
            case .tooLarge: .tooLarge
            case .blockedAddress, .invalidRequest: .notAllowed
            case .dns, .connect, .tls, .reset, .protocolError, .cancelled, .other: .unavailable
            }
        self.init(reason, failure.message)
    }
}

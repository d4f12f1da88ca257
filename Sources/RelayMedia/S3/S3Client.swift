internal import RelayCore
internal import RelayHTTPClient

/// Sends signed requests to one bucket.
struct S3Client: Sendable {
    let options: S3MediaStoreOptions
    let engine: CurlEngine

    /// The timeout of requests that transfer no file.
    private static let timeout = Duration.seconds(30)
    /// The minimum transfer rate in bytes a second, from which the timeout of a transfer is computed.
    private static let slowest: Int64 = 16 * 1024

    // MARK: Objects

    func head(_ id: MediaID) async throws(MediaError) -> HTTPClientResponse {
        try await send(request("HEAD", name(of: id)))
    }

    /// Stores an object. The server rejects a body whose hash is not the id.
    func put(_ bytes: [UInt8], as id: MediaID) async throws(MediaError) -> HTTPClientResponse {
        var request = request("PUT", name(of: id), payloadHash: id.description, moving: Int64(bytes.count))
        request.body = bytes
        return try await send(request)
    }

    func put(file path: String, as media: StoredMedia) async throws(MediaError) -> HTTPClientResponse {
        var request = request("PUT", name(of: media.id), payloadHash: media.id.description, moving: media.size)
        request.bodyFile = FileRangeRequestBody(path: path, length: media.size)
        return try await send(request)
    }

    /// Copies an object onto itself, which sets its modification time to now.
    func renew(_ media: StoredMedia) async throws(MediaError) -> HTTPClientResponse {
        let name = name(of: media.id)
        var request = request("PUT", name, moving: media.size)
        request.headers = [
            ("x-amz-copy-source", "/\(options.bucket)/\(name)"), ("x-amz-metadata-directive", "REPLACE"),
        ]
        return try await send(request)
    }

    /// Returns when the head of the response has arrived.
    /// - Parameter range: the range in bytes; nil for the whole object.
    func get(_ media: StoredMedia, range: Range<Int64>?) async throws(MediaError) -> StreamingHTTPResponse {
        var request = request("GET", name(of: media.id), moving: media.size)
        if let range { request.headers = [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")] }
        // An error response contains a text.
        request.maximumResponseBody = max(Int(clamping: media.size), 64 * 1024)
        return try await stream(request)
    }

    /// Whether the bucket exists; also true when the server does not say.
    func hasBucket() async throws(MediaError) -> Bool { try await send(request("HEAD", "")).status != 404 }

    // MARK: Requests

    /// The URL of an object; the URL of the bucket for an empty name.
    func url(of name: String) -> String {
        let path = options.pathStyle ? "/\(options.bucket)/\(name)" : "/\(name)"
        guard !options.pathStyle, let host = options.endpoint.firstRange(of: "://")?.upperBound else {
            return options.endpoint + (name.isEmpty ? "/\(options.bucket)" : path)
        }
        return "\(options.endpoint[..<host])\(options.bucket).\(options.endpoint[host...])\(path)"
    }

    /// The object's name in URLs.
    private func name(of id: MediaID) -> String {
        options.prefix.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentCoding.encode(String($0)) }
            .joined(separator: "/") + id.description
    }

    /// - Parameter size: the size in bytes of the file that is transferred.
    private func request(
        _ method: String,
        _ name: String,
        payloadHash: String = AWSSigV4Parameters.emptyPayload,
        moving size: Int64 = 0
    ) -> HTTPClientRequest {
        var request = HTTPClientRequest(method: method, url: url(of: name))
        request.timeout = Self.timeout + .seconds(size / Self.slowest)
        request.awsSigV4 = AWSSigV4Parameters(
            region: options.region,
            accessKey: options.accessKey,
            secretKey: options.secretKey,
            payloadHash: payloadHash
        )
        return request
    }

    private func send(_ request: HTTPClientRequest) async throws(MediaError) -> HTTPClientResponse {
        do throws(HTTPClientError) {
            return try await engine.send(request)
        } catch {
            throw MediaError(s3: error)
        }
    }

    /// The engine's timeout is for the whole response; the head has a shorter one.
    private func stream(_ request: HTTPClientRequest) async throws(MediaError) -> StreamingHTTPResponse {
        let result = await withTaskGroup(of: Result<StreamingHTTPResponse, HTTPClientError>?.self) { group in
            group.addTask {
                do throws(HTTPClientError) {
                    return .success(try await engine.stream(request))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: Self.timeout)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        switch result {
        case .success(let stream): return stream
        case .failure(let failure): throw MediaError(s3: failure)
        case nil: throw MediaError(.storage, "the bucket's server did not answer within \(Self.timeout)")
        }
    }
}

internal import RelayCore
internal import RelayHTTPClient

/// Signed requests to one bucket.
struct S3Client: Sendable {
    let options: S3Options
    let engine: CurlEngine

    /// For requests that move no file.
    private static let timeout = Duration.seconds(30)
    /// A file that moves more slowly than this, in bytes a second, is given up.
    private static let slowest: Int64 = 16 * 1024

    // MARK: Objects

    func head(_ id: MediaID) async throws(MediaError) -> HTTPResponse {
        try await send(request("HEAD", name(of: id)))
    }

    /// The server refuses a body that is not the one that the id names.
    func put(_ bytes: [UInt8], as id: MediaID) async throws(MediaError) -> HTTPResponse {
        var request = request("PUT", name(of: id), payloadHash: id.description, moving: Int64(bytes.count))
        request.body = bytes
        return try await send(request)
    }

    func put(file path: String, as media: StoredMedia) async throws(MediaError) -> HTTPResponse {
        var request = request("PUT", name(of: media.id), payloadHash: media.id.description, moving: media.size)
        request.bodyFile = BodyFile(path: path, length: media.size)
        return try await send(request)
    }

    /// Copies an object onto itself, which makes it as new as one that was just put.
    func renew(_ media: StoredMedia) async throws(MediaError) -> HTTPResponse {
        let name = name(of: media.id)
        var request = request("PUT", name, moving: media.size)
        request.headers = [
            ("x-amz-copy-source", "/\(options.bucket)/\(name)"), ("x-amz-metadata-directive", "REPLACE"),
        ]
        return try await send(request)
    }

    /// Returns when the head of the answer is there.
    /// - Parameter range: nil for the whole object.
    func get(_ media: StoredMedia, range: Range<Int64>?) async throws(MediaError) -> HTTPStream {
        var request = request("GET", name(of: media.id), moving: media.size)
        if let range { request.headers = [("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")] }
        // An answer that is not the object comes with a text.
        request.maximumResponseBody = max(Int(clamping: media.size), 64 * 1024)
        return try await stream(request)
    }

    /// Whether the bucket itself is there; true when the server does not say.
    func hasBucket() async throws(MediaError) -> Bool { try await send(request("HEAD", "")).status != 404 }

    // MARK: Requests

    /// The URL of an object; of the bucket for an empty name.
    func url(of name: String) -> String {
        let path = options.pathStyle ? "/\(options.bucket)/\(name)" : "/\(name)"
        guard !options.pathStyle, let host = options.endpoint.firstRange(of: "://")?.upperBound else {
            return options.endpoint + (name.isEmpty ? "/\(options.bucket)" : path)
        }
        return "\(options.endpoint[..<host])\(options.bucket).\(options.endpoint[host...])\(path)"
    }

    /// As it stands in a URL.
    private func name(of id: MediaID) -> String {
        options.prefix.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentCoding.encode(String($0)) }
            .joined(separator: "/") + id.description
    }

    /// - Parameter size: bytes of the file that moves, one way or the other.
    private func request(
        _ method: String,
        _ name: String,
        payloadHash: String = AWSSigV4.emptyPayload,
        moving size: Int64 = 0
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: url(of: name))
        request.timeout = Self.timeout + .seconds(size / Self.slowest)
        request.awsSigV4 = AWSSigV4(
            region: options.region,
            accessKey: options.accessKey,
            secretKey: options.secretKey,
            payloadHash: payloadHash
        )
        return request
    }

    private func send(_ request: HTTPRequest) async throws(MediaError) -> HTTPResponse {
        do throws(HTTPClientError) {
            return try await engine.send(request)
        } catch {
            throw MediaError(s3: error)
        }
    }

    /// The engine's timeout is for the whole answer; its head is to come sooner.
    private func stream(_ request: HTTPRequest) async throws(MediaError) -> HTTPStream {
        let result = await withTaskGroup(of: Result<HTTPStream, HTTPClientError>?.self) { group in
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

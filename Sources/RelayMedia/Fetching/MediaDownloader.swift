internal import RelayCore
internal import RelayHTTPClient

/// Downloads files and small documents with bounded memory. It follows allowed redirects, converts statuses to errors
/// and writes bodies to files.
struct MediaDownloader: Sendable {
    let transport: any MediaHTTPClient
    let threads: FileIOThreadPool
    let clock: any RelayClock
    let stagingDirectory: String

    /// The time within which a response must begin, so that a hanging server does not use the whole time of a fetch.
    static let patience = Duration.seconds(30)
    private static let maximumRedirects = 3
    /// The number of bytes that are collected before they are written.
    private static let pieceSize = 128 << 10

    /// Downloads a file to a staged file.
    /// - Parameters:
    ///   - limit: bytes at most.
    ///   - deadline: when it must be there.
    func file(_ url: String, _ servers: AllowedMediaServers, limit: Int64, by deadline: Timestamp)
        async throws(MediaError)
        -> StagedFile
    {
        let response = try await response(url, servers, limit: limit, by: deadline)
        let directory = stagingDirectory
        let stagedFile = try await threads.run { () throws(MediaError) in try StagedFile(in: directory) }
        try await read(response, limit: limit) { piece throws(MediaError) in
            try await threads.run { () throws(MediaError) in try stagedFile.append(piece) }
        }
        return stagedFile
    }

    /// Downloads a small answer.
    func bytes(_ url: String, _ servers: AllowedMediaServers, limit: Int64, by deadline: Timestamp)
        async throws(MediaError)
        -> [UInt8]
    {
        let response = try await response(url, servers, limit: limit, by: deadline)
        var bytes: [UInt8] = []
        try await read(response, limit: limit) { piece throws(MediaError) in bytes += piece }
        return bytes
    }

    private func read(
        _ response: MediaDownloadResponse,
        limit: Int64,
        _ take: ([UInt8]) async throws(MediaError) -> Void
    ) async throws(MediaError) {
        var gathered: [UInt8] = []
        var count: Int64 = 0
        while let piece = try await response.next() {
            count += Int64(piece.count)
            guard count <= limit else { throw Self.tooLarge(limit) }
            gathered += piece
            if gathered.count >= Self.pieceSize {
                try await take(gathered)
                gathered.removeAll(keepingCapacity: true)
            }
        }
        if !gathered.isEmpty { try await take(gathered) }
    }

    private static func tooLarge(_ limit: Int64) -> MediaError {
        MediaError(.tooLarge, "the download has more than the \(limit) bytes that are taken")
    }

    // MARK: The response

    /// The response that contains the file, after its length and encoding were checked.
    private func response(
        _ url: String,
        _ servers: AllowedMediaServers,
        limit: Int64,
        by deadline: Timestamp
    ) async throws(MediaError) -> MediaDownloadResponse {
        var url = url
        for _ in 0...Self.maximumRedirects {
            let target = try servers.check(url)
            let request = MediaDownloadRequest(
                url: url,
                headers: servers.headers(for: target),
                maximumBody: limit,
                timeout: max(.milliseconds(1), deadline - clock.now)
            )
            let response = try await begin(request, target.authority)
            guard let location = try Self.redirect(response, target.authority) else {
                try Self.check(response, servers, target.authority)
                if let length = response.header("content-length").flatMap({ Int64($0) }), length > limit {
                    throw Self.tooLarge(limit)
                }
                return response
            }
            do throws(CurlParsedURL.ParseError) {
                url = try CurlParsedURL.redirect(to: location, from: url)
            } catch {
                throw MediaError(.refused, "\(target.authority): \(error.message)")
            }
        }
        throw MediaError(.refused, "\(servers.name) redirects more than \(Self.maximumRedirects) times")
    }

    private func begin(_ request: MediaDownloadRequest, _ host: String) async throws(MediaError)
        -> MediaDownloadResponse
    {
        let transport = transport
        let late = MediaError(.timeout, "\(host) did not begin to answer within \(Self.patience)")
        return try await clock.limit(until: clock.now + Self.patience, late) { () throws(MediaError) in
            try await transport.get(request)
        }
    }

    /// The URL of a redirect; nil when the response is not a redirect.
    private static func redirect(_ response: MediaDownloadResponse, _ host: String) throws(MediaError) -> String? {
        guard [301, 302, 303, 307, 308].contains(response.status) else { return nil }
        guard let location = response.header("location") else {
            throw MediaError(.refused, "\(host) redirects and does not say where")
        }
        return location
    }

    private static func check(_ response: MediaDownloadResponse, _ servers: AllowedMediaServers, _ host: String)
        throws(MediaError)
    {
        let status = response.status
        switch status {
        case 200: break
        case 401: throw MediaError(.refused, "\(host) answered 401; \(servers.advice)")
        case 403, 404, 410:
            throw MediaError(.gone, "\(host) answered \(status): the file is not there, or not any more")
        case 408, 425, 429, 500...599: throw MediaError(.unavailable, "\(host) answered \(status)")
        default: throw MediaError(.refused, "\(host) answered \(status), which is no file")
        }
        let encoding = response.header("content-encoding")?.lowercased() ?? "identity"
        guard encoding == "identity" || encoding.isEmpty else {
            throw MediaError(
                .refused,
                "\(host) compressed the file although it was asked not to; a proxy on the way may be why"
            )
        }
    }
}

internal import RelayCore
internal import RelayHTTPClient

/// Downloads files and small documents with bounded memory. It waits for a slot of each host, follows allowed redirects,
/// converts statuses to errors and writes bodies to files.
struct MediaDownloader: Sendable {
    /// A downloaded file.
    struct Download: Sendable {
        let file: StagedFile
        /// The `Content-Type` of the response; nil when it has none.
        let contentType: String?
        /// Host and port that sent it, for error messages.
        let host: String
    }

    /// A small response with any status.
    struct Answer: Sendable {
        let status: Int
        let bytes: [UInt8]
        /// Host and port that sent it, for error messages.
        let host: String
    }

    let transport: any MediaHTTPClient
    let slots: DownloadSlots
    let threads: FileIOThreadPool
    let clock: any RelayClock
    let stagingDirectory: String

    private static let maximumRedirects = 3
    /// The number of bytes that are collected before they are written.
    private static let pieceSize = 128 << 10

    /// Downloads a file and keeps its slot until the file has been used, so that the files that wait to be decrypted
    /// are not more than the slots.
    /// - Parameters:
    ///   - limit: larger files are refused, as soon as it is known.
    ///   - use: decrypts and stores the file.
    func file<Value: Sendable>(
        _ url: String,
        _ servers: AllowedMediaServers,
        for purpose: DownloadPurpose,
        limit: DownloadSizeLimit,
        _ use: (Download) async throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        let directory = stagingDirectory
        return try await exchange(url, servers, for: purpose, limit: limit.body) {
            response, host, slot throws(MediaError) in
            do throws(MediaError) {
                try MediaResponseCheck.status(response.status, of: host, servers)
                try MediaResponseCheck.encoding(response.header("content-encoding"), of: host)
                if let length = response.header("content-length").flatMap({ Int64($0) }), length > limit.body {
                    throw limit.exceeded
                }
            } catch {
                slot.verdict = .answered
                throw error
            }
            let stagedFile = try await threads.run { () throws(MediaError) in try StagedFile(in: directory) }
            try await read(response, limit: limit.body, exceeded: limit.exceeded, slot) { piece throws(MediaError) in
                try await threads.run { () throws(MediaError) in try stagedFile.append(piece) }
            }
            return try await use(
                Download(file: stagedFile, contentType: response.header("content-type"), host: host))
        }
    }

    /// Downloads a small response, whatever its status.
    func answer(
        _ url: String, _ servers: AllowedMediaServers, for purpose: DownloadPurpose, limit: Int64
    ) async throws(MediaError) -> Answer {
        try await exchange(url, servers, for: purpose, limit: limit) { response, host, slot throws(MediaError) in
            var bytes: [UInt8] = []
            let exceeded = MediaError(.tooLarge, "\(host) answered with more than the \(limit) bytes that are read")
            try await read(response, limit: limit, exceeded: exceeded, slot) { piece throws(MediaError) in
                bytes += piece
            }
            return Answer(status: response.status, bytes: bytes, host: host)
        }
    }

    private func read(
        _ response: MediaDownloadResponse,
        limit: Int64,
        exceeded: MediaError,
        _ slot: HeldSlot,
        _ take: ([UInt8]) async throws(MediaError) -> Void
    ) async throws(MediaError) {
        var gathered: [UInt8] = []
        var count: Int64 = 0
        while let piece = try await next(of: response, slot) {
            count += Int64(piece.count)
            guard count <= limit else {
                slot.verdict = .answered
                throw exceeded
            }
            gathered += piece
            if gathered.count >= Self.pieceSize {
                try await take(gathered)
                gathered.removeAll(keepingCapacity: true)
            }
        }
        slot.verdict = .answered
        if !gathered.isEmpty { try await take(gathered) }
    }

    private func next(of response: MediaDownloadResponse, _ slot: HeldSlot) async throws(MediaError) -> [UInt8]? {
        do throws(MediaError) {
            return try await response.next()
        } catch {
            if error.code == .timeout { slot.verdict = .silent }
            throw error
        }
    }

    // MARK: The response

    /// A slot in use, with what the request says about its host so far.
    private final class HeldSlot {
        var verdict = MediaHostBreaker.Verdict.unknown
    }

    /// How long a request that was given up must have waited to say that its host does not answer.
    private static let tellingWait = Duration.seconds(5)

    /// Sends a request and those that its redirects ask for, each with a slot of its host.
    private func exchange<Value>(
        _ url: String,
        _ servers: AllowedMediaServers,
        for purpose: DownloadPurpose,
        limit: Int64,
        _ use: (MediaDownloadResponse, _ host: String, HeldSlot) async throws(MediaError) -> Value
    ) async throws(MediaError) -> Value {
        var url = url
        for _ in 0...Self.maximumRedirects {
            let target = try servers.check(url)
            let host = target.authority
            let number = try await acquireSlot(of: host, for: purpose)
            let slot = HeldSlot()
            let began = clock.now
            defer {
                // Who waits gave up: what it waited for is known only when it waited for some time.
                if slot.verdict == .unknown, Task.isCancelled, clock.now - began >= Self.tellingWait {
                    slot.verdict = .silent
                }
                slots.end(number, slot.verdict, of: host)
            }
            let request = MediaDownloadRequest(
                url: url,
                headers: servers.headers(for: target),
                maximumBody: limit,
                timeout: max(.milliseconds(1), purpose.timeLimit.deadline(isLate: false, at: began) - began)
            )
            let response = try await begin(request, host, within: purpose.firstByteLimit, slot)
            guard Self.isRedirect(response.status) else { return try await use(response, host, slot) }
            slot.verdict = .answered
            guard let location = response.header("location") else {
                throw MediaError(.refused, "\(host) redirects and does not say where")
            }
            do throws(CurlParsedURL.ParseError) {
                url = try CurlParsedURL.redirect(to: GatewayFileURL.encodingRawCharacters(in: location), from: url)
            } catch {
                throw MediaError(.refused, "\(host): \(error.message)")
            }
        }
        throw MediaError(.refused, "\(servers.name) redirects more than \(Self.maximumRedirects) times")
    }

    private func acquireSlot(of host: String, for purpose: DownloadPurpose) async throws(MediaError) -> Int {
        purpose.timeLimit.waitBegins(at: clock.now)
        defer { purpose.timeLimit.waitEnds(isLate: slots.isLate(purpose.fetch), at: clock.now) }
        return try await slots.acquire(
            for: DownloadSchedule.Request(
                host: host, file: purpose.file, source: purpose.source, fetch: purpose.fetch))
    }

    private static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    private func begin(
        _ request: MediaDownloadRequest, _ host: String, within limit: Duration, _ slot: HeldSlot
    ) async throws(MediaError) -> MediaDownloadResponse {
        let transport = transport
        let end = clock.now + limit
        let late = MediaTransferError(
            MediaError(.timeout, "\(host) did not begin to answer within \(limit)"), isOfHost: true)
        do throws(MediaTransferError) {
            return try await clock.limit(
                until: { end }, late: late, abandoned: MediaTransferError(.abandoned, isOfHost: false)
            ) { () throws(MediaTransferError) in
                try await transport.get(request)
            }
        } catch {
            if error.isOfHost { slot.verdict = .silent }
            throw error.error
        }
    }
}

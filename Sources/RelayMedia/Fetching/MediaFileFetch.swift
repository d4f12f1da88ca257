internal import RelayCore
internal import RelayJSON

/// Fetches one file. It tries the candidates in order and repeats those that failed temporarily, within its limits.
struct MediaFileFetch: Sendable {
    let media: RawMediaReference
    let candidates: [MediaCandidate]
    /// The name of the source of the message.
    let source: String
    let limits: MediaFetchLimits
    let mediaStore: any MediaStore
    let downloader: MediaDownloader
    let threads: FileIOThreadPool
    let clock: any RelayClock

    /// - Parameter number: identifies the fetch.
    func run(number: Int) async throws(MediaError) -> StoredMedia {
        let timeLimit = FetchTimeLimit(deadline: clock.now + limits.timeout)
        let purpose = DownloadPurpose(source: source, file: identity, fetch: number, timeLimit: timeLimit)
        let late = MediaError(.timeout, "the file was not there within \(limits.timeout)")
        let (slots, clock) = (downloader.slots, clock)
        let deadline = { @Sendable in timeLimit.deadline(isLate: slots.isLate(number), at: clock.now) }
        return try await clock.limit(until: deadline, late: late, abandoned: .abandoned) { () throws(MediaError) in
            if let digest = media.fileSHA256, let known = try await mediaStore.find(MediaID(digest: digest)) {
                return known
            }
            return try await rounds(purpose)
        }
    }

    /// The same for all addresses and fetches of a file.
    private var identity: String {
        if let hash = media.fileSHA256 ?? media.encryptedSHA256 { return Hex.encode(hash) }
        return candidates.lazy.compactMap(\.url).first ?? ""
    }

    /// The result of a candidate so far.
    private struct CandidateProgress {
        var failure: MediaError?
        var isOver = false
        var hasBeenDoubted = false
    }

    private func rounds(_ purpose: DownloadPurpose) async throws(MediaError) -> StoredMedia {
        var purpose = purpose
        var records = candidates.map { _ in CandidateProgress() }
        for round in 1... {
            purpose.attempt = round
            for index in candidates.indices where !records[index].isOver {
                do throws(MediaError) {
                    return try await file(from: candidates[index], for: purpose)
                } catch {
                    if Task.isCancelled { throw .abandoned }
                    if error.isOfStorage { throw error }
                    records[index].failure = error
                    records[index].isOver = !error.mayPass(isFirstDoubt: !records[index].hasBeenDoubted)
                    if error.isDoubtful { records[index].hasBeenDoubted = true }
                }
            }
            // 1 s, 2 s, 4 s, 8 s …
            let next = clock.now + .seconds(1 << min(round - 1, 16))
            if records.allSatisfy(\.isOver) || round >= limits.attempts
                || next >= purpose.timeLimit.deadline(isLate: false, at: clock.now)
            {
                break
            }
            let hosts = candidates.indices.filter { !records[$0].isOver }.compactMap { candidates[$0].host }
            if downloader.slots.isHopeless(purpose.fetch, at: hosts) { break }
            do { try await clock.sleep(until: next) } catch { throw .abandoned }
        }
        throw Self.summary(records.compactMap(\.failure))
    }

    /// One error for all candidates: a temporary one if there is any, else that of the best candidate.
    private static func summary(_ failures: [MediaError]) -> MediaError {
        let lead =
            failures.first { $0.isRetryable } ?? failures.first { $0.code != .notStored } ?? failures.first
            ?? MediaError(.incomplete, "the message names no place to get the file from")
        var messages: [String] = []
        for failure in failures where !messages.contains(failure.message) { messages.append(failure.message) }
        return messages.isEmpty ? lead : MediaError(lead.code, messages.joined(separator: "; "))
    }

    // MARK: One candidate

    private func file(from candidate: MediaCandidate, for purpose: DownloadPurpose) async throws(MediaError)
        -> StoredMedia
    {
        switch candidate {
        case .unusable(let failure): throw failure
        case .stored(let id):
            guard let media = try await mediaStore.find(id) else {
                throw MediaError(.notStored, "the file is not stored any more: its retention is over")
            }
            return media
        case .plain(let url, let servers):
            return try await plain(url, servers, sha256: media.fileSHA256, for: purpose)
        case .lookup(let url, let servers):
            return try await lookedUp(url, servers, for: purpose)
        case .encrypted(let url, let key, let servers):
            return try await encrypted(url, key, servers, for: purpose)
        }
    }

    private var sizeLimit: DownloadSizeLimit {
        DownloadSizeLimit(maxSize: limits.maxSize, stored: mediaStore.largestFile)
    }

    private func plain(
        _ url: String,
        _ servers: AllowedMediaServers,
        sha256: [UInt8]?,
        for purpose: DownloadPurpose
    ) async throws(MediaError) -> StoredMedia {
        let (media, threads) = (media, threads)
        return try await downloader.file(url, servers, for: purpose, limit: sizeLimit) {
            download throws(MediaError) in
            try await threads.run { () throws(MediaError) in
                try MediaResponseCheck.plain(download, of: media, sha256: sha256)
            }
            return try await keep(download.file)
        }
    }

    private func encrypted(
        _ url: String,
        _ key: [UInt8],
        _ servers: AllowedMediaServers,
        for purpose: DownloadPurpose
    ) async throws(MediaError) -> StoredMedia {
        let limit = sizeLimit.encrypted
        let decryption = MediaDecryption(
            kind: media.kind,
            key: key,
            encryptedSHA256: media.encryptedSHA256,
            plainSHA256: media.fileSHA256,
            maxSize: Int(limit.plain)
        )
        let directory = mediaStore.stagingDirectory
        return try await downloader.file(url, servers, for: purpose, limit: limit) { download throws(MediaError) in
            let plain = try await threads.run { () throws(MediaError) in
                do throws(MediaError) {
                    return try decryption.open(download.file, in: directory)
                } catch {
                    // The size of the encrypted form is rounded.
                    throw error.code == .tooLarge ? limit.exceeded : error
                }
            }
            return try await keep(plain)
        }
    }

    private func keep(_ stagedFile: StagedFile) async throws(MediaError) -> StoredMedia {
        let media = stagedFile.media
        try await mediaStore.deposit(file: stagedFile.handOver(), as: media)
        return media
    }

    // MARK: Meta's lookup

    private static let maximumLookup: Int64 = 64 << 10

    /// Fetches a file from the short-lived URL that the Graph API has for it. That URL is valid for five minutes, and
    /// Meta's servers refuse some before that, so a second one is asked for when the first does not serve.
    private func lookedUp(_ url: String, _ servers: AllowedMediaServers, for purpose: DownloadPurpose)
        async throws(MediaError) -> StoredMedia
    {
        let first = try await lookUp(url, servers, for: purpose)
        do throws(MediaError) {
            return try await plain(first.url, servers, sha256: media.fileSHA256 ?? first.sha256, for: purpose)
        } catch {
            guard error.code == .gone else { throw error }
            let second = try await lookUp(url, servers, for: purpose)
            return try await plain(second.url, servers, sha256: media.fileSHA256 ?? second.sha256, for: purpose)
        }
    }

    /// Requests the URL of a file from the Graph API.
    private func lookUp(
        _ url: String,
        _ servers: AllowedMediaServers,
        for purpose: DownloadPurpose
    ) async throws(MediaError) -> (url: String, sha256: [UInt8]?) {
        let response = try await downloader.answer(url, servers, for: purpose, limit: Self.maximumLookup)
        if let error = GraphError(response) { throw error.failure(of: servers) }
        try MediaResponseCheck.status(response.status, of: response.host, servers)
        guard let answer = try? JSON(parsing: response.bytes), let url = answer["url"]?.string else {
            throw MediaError(.refused, "\(servers.name) responded without the file's URL")
        }
        if let size = answer["file_size"]?.int, size > sizeLimit.plain { throw sizeLimit.exceeded }
        let hash = answer["sha256"]?.string.flatMap { MediaID($0.lowercased())?.digest ?? Base64.decode($0) }
        return (url, hash?.count == 32 ? hash : nil)
    }
}

extension MediaError {
    fileprivate var isOfStorage: Bool { code == .storage || code == .storageFull }

    /// Whether the download was not the expected file. It may have been altered in transit, so it is tried once more.
    fileprivate var isDoubtful: Bool {
        switch code {
        case .badLength, .encryptedHashMismatch, .macMismatch, .hashMismatch: true
        default: false
        }
    }

    fileprivate func mayPass(isFirstDoubt: Bool) -> Bool { isRetryable || isDoubtful && isFirstDoubt }
}

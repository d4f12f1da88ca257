internal import RelayCore
internal import RelayJSON

/// Fetches one file. It tries the candidates in order and repeats those that failed temporarily, within its limits.
struct MediaFileFetch: Sendable {
    let media: RawMediaReference
    let candidates: [MediaCandidate]
    let limits: MediaFetchLimits
    let mediaStore: any MediaStore
    let downloader: MediaDownloader
    let semaphore: AsyncSemaphore
    let threads: FileIOThreadPool
    let clock: any RelayClock

    func run() async throws(MediaError) -> StoredMedia {
        let deadline = clock.now + limits.timeout
        let late = MediaError(.timeout, "the file was not there within \(limits.timeout)")
        return try await clock.limit(until: deadline, late) { () throws(MediaError) in
            if let digest = media.fileSHA256, let known = try await mediaStore.find(MediaID(digest: digest)) {
                return known
            }
            return try await rounds(by: deadline)
        }
    }

    /// The result of a candidate so far.
    private struct CandidateProgress {
        var failure: MediaError?
        var isOver = false
        var hasBeenDoubted = false
    }

    private func rounds(by deadline: Timestamp) async throws(MediaError) -> StoredMedia {
        var records = candidates.map { _ in CandidateProgress() }
        for round in 1... {
            for index in candidates.indices where !records[index].isOver {
                do throws(MediaError) {
                    return try await file(from: candidates[index], by: deadline)
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
            if records.allSatisfy(\.isOver) || round >= limits.attempts || next >= deadline { break }
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

    private func file(from candidate: MediaCandidate, by deadline: Timestamp) async throws(MediaError) -> StoredMedia {
        switch candidate {
        case .unusable(let failure): throw failure
        case .stored(let id):
            guard let media = try await mediaStore.find(id) else {
                throw MediaError(.notStored, "the file is not stored any more: its retention is over")
            }
            return media
        case .plain(let url, let servers):
            return try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in
                try await plain(url, servers, sha256: media.fileSHA256, by: deadline)
            }
        case .lookup(let url, let servers):
            return try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in
                let found = try await lookUp(url, servers, by: deadline)
                return try await plain(found.url, servers, sha256: media.fileSHA256 ?? found.sha256, by: deadline)
            }
        case .encrypted(let url, let key, let servers):
            return try await semaphore.withPermit(cancellation: .abandoned) { () throws(MediaError) in
                try await encrypted(url, key, servers, by: deadline)
            }
        }
    }

    private func plain(
        _ url: String,
        _ servers: AllowedMediaServers,
        sha256: [UInt8]?,
        by deadline: Timestamp
    ) async throws(MediaError) -> StoredMedia {
        let stagedFile = try await downloader.file(url, servers, limit: Int64(limits.maxSize), by: deadline)
        if let sha256, stagedFile.media.id.digest != sha256 {
            throw MediaError(.hashMismatch, "the download is not the file that the message names")
        }
        return try await keep(stagedFile)
    }

    private func encrypted(
        _ url: String,
        _ key: [UInt8],
        _ servers: AllowedMediaServers,
        by deadline: Timestamp
    ) async throws(MediaError) -> StoredMedia {
        let limit = EncryptedMediaSize.of(plain: Int64(limits.maxSize))
        let download = try await downloader.file(url, servers, limit: limit, by: deadline)
        let decryption = MediaDecryption(
            kind: media.kind,
            key: key,
            encryptedSHA256: media.encryptedSHA256,
            plainSHA256: media.fileSHA256,
            maxSize: limits.maxSize
        )
        let directory = mediaStore.stagingDirectory
        let plain = try await threads.run { () throws(MediaError) in
            try decryption.open(download, in: directory)
        }
        return try await keep(plain)
    }

    private func keep(_ stagedFile: StagedFile) async throws(MediaError) -> StoredMedia {
        let media = stagedFile.media
        try await mediaStore.deposit(file: stagedFile.handOver(), as: media)
        return media
    }

    // MARK: Meta's lookup

    private static let maximumLookup: Int64 = 64 << 10

    /// Requests the URL of a file from the Graph API. The URL is valid for five minutes.
    private func lookUp(
        _ url: String,
        _ servers: AllowedMediaServers,
        by deadline: Timestamp
    ) async throws(MediaError) -> (url: String, sha256: [UInt8]?) {
        let bytes = try await downloader.bytes(url, servers, limit: Self.maximumLookup, by: deadline)
        guard let answer = try? JSON(parsing: bytes), let url = answer["url"]?.string else {
            throw MediaError(.refused, "\(servers.name) responded without the file's URL")
        }
        if let size = answer["file_size"]?.int, size > Int64(limits.maxSize) {
            throw MediaError(.tooLarge, "the file has \(size) bytes, more than the \(limits.maxSize) that are taken")
        }
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

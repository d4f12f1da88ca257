package import Logging
package import RelayCore
internal import ServiceLifecycle

/// Fetches the files of messages into a media store. Concurrent requests for the same file share one fetch, and the
/// number of simultaneous downloads is limited.
package final class MediaFetchService: MediaFetcher, Service {
    private struct FetchKey: Hashable {
        let candidates: [MediaCandidate]
        let kind: MediaKind
        let fileSHA256: [UInt8]?
        let encryptedSHA256: [UInt8]?
        let limits: MediaFetchLimits
    }

    private let mediaStore: any MediaStore
    private let links: MediaLinks
    private let options: @Sendable (String) -> MediaSourceOptions
    private let downloader: MediaDownloader
    private let clock: any RelayClock
    private let logger: Logger
    private let slots: DownloadSlots
    private let threads = FileIOThreadPool(name: "relay.media.fetching", width: 4)
    private let sharedDownloads: SharedDownloads<FetchKey>

    /// - Parameters:
    ///   - options: returns the options of a source by its name; called for each fetch, so that a reload takes effect.
    ///   - downloads: the maximum number of simultaneous downloads; ``DownloadSchedule`` shares them.
    package init(
        mediaStore: any MediaStore,
        links: MediaLinks,
        transport: any MediaHTTPClient,
        options: @escaping @Sendable (_ source: String) -> MediaSourceOptions,
        downloads: Int = 8,
        clock: any RelayClock,
        logger: Logger
    ) {
        self.mediaStore = mediaStore
        self.links = links
        self.options = options
        self.clock = clock
        self.logger = logger
        let slots = DownloadSlots(downloads, clock: clock, logger: logger)
        self.slots = slots
        sharedDownloads = SharedDownloads(clock: clock) { slots.setPriority($1, of: $0) }
        downloader = MediaDownloader(
            transport: transport,
            slots: slots,
            threads: threads,
            clock: clock,
            stagingDirectory: mediaStore.stagingDirectory
        )
    }

    package func fetch(
        _ media: RawMediaReference,
        source: String,
        session: String,
        limits: MediaFetchLimits,
        priority: MediaFetchPriority
    ) async throws(MediaError) -> StoredMedia {
        let candidates = MediaCandidate.all(of: media, source: source, session: session, options: options(source))
        let wanted = FetchKey(
            candidates: candidates,
            kind: media.kind,
            fileSHA256: media.fileSHA256,
            encryptedSHA256: media.encryptedSHA256,
            limits: limits
        )
        let fetch = MediaFileFetch(
            media: media,
            candidates: candidates,
            source: source,
            limits: limits,
            mediaStore: mediaStore,
            downloader: downloader,
            threads: threads,
            clock: clock
        )
        return try await sharedDownloads.join(wanted, priority) { [logger] number in
            do throws(MediaError) {
                return .success(try await fetch.run(number: number))
            } catch {
                logger.debug(
                    "a file could not be fetched",
                    metadata: ["source": "\(source)", "kind": "\(media.kind.rawValue)", "error": "\(error)"]
                )
                return .failure(error)
            }
        }
    }

    package func link(to media: StoredMedia, of reference: RawMediaReference) -> (url: String, expiresAt: Timestamp) {
        links.link(
            to: media,
            name: MediaFileNameBuilder.of(reference.fileName, kind: reference.kind, mimetype: reference.mimetype),
            mimetype: reference.mimetype
        )
    }

    /// How many wait for a file now.
    package var waiting: Int { sharedDownloads.waiting }

    /// How many downloads wait for a slot now.
    package var waitingForSlot: Int { slots.waiting }

    /// Waits for the graceful shutdown, then cancels the fetches in progress.
    package func run() async throws {
        try? await gracefulShutdown()
        await sharedDownloads.close()
    }
}

internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayDestinations
internal import RelayHTTPClient
internal import RelayMedia

/// Where files are kept, how they get there, and the addresses under which receivers get them.
struct MediaServices: Sendable {
    let mediaStore: any MediaStore
    let links: MediaLinks
    let fetcher: MediaFetchService
    /// Whether browsers may show files.
    let inline: Bool

    /// - Parameters:
    ///   - current: the configuration. Its first generation determines the media store; the options of a source are
    ///     looked up at each download.
    ///   - staging: a directory for files that are being uploaded to a bucket.
    ///   - secret: the key that signs links.
    /// - Throws: ``MediaError`` when the media store cannot be used.
    init(
        _ current: CurrentConfiguration,
        staging: String,
        secret: [UInt8],
        engine: CurlEngine,
        clock: any RelayClock,
        logger: Logger
    ) async throws(MediaError) {
        let configuration = current.generation.configuration
        let media = configuration.media
        switch media.store {
        case .directory(let path):
            mediaStore = try await LocalMediaStore.open(path: path, quota: Int64(media.quota), clock: clock)
        case .s3(let bucket, let prefix):
            mediaStore = try await Self.bucket(bucket, prefix, media.s3, staging: staging, engine: engine)
        }
        inline = media.inline
        links = MediaLinks(
            publicURL: configuration.server.publicURL,
            lifetime: media.linkLifetime,
            masterKey: secret,
            clock: clock
        )
        fetcher = MediaFetchService(
            mediaStore: mediaStore,
            links: links,
            transport: CurlMediaHTTPClient(engine),
            options: { name in MediaSourceOptions(current.generation.configuration.media(of: name)) },
            downloads: media.maxDownloads,
            clock: clock,
            logger: logger
        )
    }

    private static func bucket(
        _ bucket: String,
        _ prefix: String,
        _ server: RelayConfiguration.S3?,
        staging: String,
        engine: CurlEngine
    ) async throws(MediaError) -> any MediaStore {
        guard let server else { throw MediaError(.storage, "a bucket needs media.s3") }
        let options: S3MediaStoreOptions
        do {
            options = try S3MediaStoreOptions(
                endpoint: server.endpoint,
                region: server.region,
                bucket: bucket,
                prefix: prefix,
                accessKey: server.accessKey,
                secretKey: server.secretKey,
                pathStyle: server.pathStyle
            )
        } catch {
            throw MediaError(.storage, "media.s3.\(error.option) \(error.message)")
        }
        return try await S3MediaStore.open(options, staging: staging, engine: engine)
    }
}

extension RelayConfiguration {
    /// The media options of a source or a destination.
    fileprivate func media(of name: String) -> SourceMedia {
        if let source = sources.first(where: { $0.name == name }) { return source.media }
        return destinationFiles(named: name) ?? SourceMedia()
    }
}

extension MediaSourceOptions {
    fileprivate init(_ media: RelayConfiguration.SourceMedia) {
        self.init(
            baseURL: media.baseURL,
            hosts: media.hosts,
            headers: media.headers.map { Header(name: $0.name, value: $0.value) },
            token: media.token,
            graphURL: media.graphURL,
            whatsAppURL: media.whatsAppURL
        )
    }
}

internal import Logging
internal import RelayConfig
internal import RelayCore
internal import RelayHTTPClient
internal import RelayMedia

/// Where files are kept, how they get there, and the addresses under which receivers get them.
struct MediaRoom: Sendable {
    let depot: any MediaDepot
    let links: MediaLinks
    let fetcher: MediaService

    /// The storage that is configured.
    /// - Parameter staging: a directory for files on their way into a bucket.
    /// - Throws: ``MediaFailure`` when the storage cannot be used.
    static func depot(
        _ media: RelayConfiguration.Media, staging: String, engine: CurlEngine, clock: any RelayClock
    ) async throws(MediaFailure) -> any MediaDepot {
        switch media.store {
        case .directory(let path):
            try await DirectoryDepot.open(path: path, quota: Int64(media.quota), clock: clock)
        case .s3(let bucket, let prefix):
            try await Self.bucket(bucket, prefix, media.s3, staging: staging, engine: engine)
        }
    }

    /// - Parameters:
    ///   - secret: what links are signed with.
    ///   - sources: those in force, asked at each fetch.
    init(
        _ configuration: RelayConfiguration,
        depot: any MediaDepot,
        secret: [UInt8],
        sources: @escaping @Sendable () -> [RelayConfiguration.Source],
        engine: CurlEngine,
        clock: any RelayClock,
        logger: Logger
    ) {
        self.depot = depot
        let media = configuration.media
        links = MediaLinks(
            publicURL: configuration.server.publicURL,
            lifetime: media.linkLifetime,
            masterKey: secret,
            clock: clock
        )
        fetcher = MediaService(
            depot: depot,
            links: links,
            transport: CurlMediaTransport(engine),
            options: { name in
                MediaSourceOptions(sources().first { $0.name == name }?.media ?? RelayConfiguration.SourceMedia())
            },
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
    ) async throws(MediaFailure) -> any MediaDepot {
        guard let server else { throw MediaFailure(.storage, "a bucket needs media.s3") }
        let options: S3Options
        do {
            options = try S3Options(
                endpoint: server.endpoint,
                region: server.region,
                bucket: bucket,
                prefix: prefix,
                accessKey: server.accessKey,
                secretKey: server.secretKey,
                pathStyle: server.pathStyle
            )
        } catch {
            throw MediaFailure(.storage, "media.s3.\(error.option) \(error.message)")
        }
        return try await S3Depot.open(options, staging: staging, engine: engine)
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

import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting

@testable import RelayMedia

/// A fetch service with the HTTP engine, for servers on the loopback interface.
struct LoopbackMediaFixture {
    let directory: TemporaryDirectory
    let mediaStore: LocalMediaStore
    let service: MediaFetchService
    private let engine: CurlEngine

    /// - Parameters:
    ///   - clock: of the time limits of fetches; the engine's own is the system's.
    ///   - options: of every source.
    init(clock: any RelayClock = SystemClock(), downloads: Int = 8, options: MediaSourceOptions) async throws {
        directory = try TemporaryDirectory()
        engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        mediaStore = try await LocalMediaStore.open(path: directory.path + "/media", clock: clock)
        service = MediaFetchService(
            mediaStore: mediaStore,
            links: MediaLinks(publicURL: "http://relay", lifetime: .seconds(60), masterKey: bytes(32), clock: clock),
            transport: CurlMediaHTTPClient(engine),
            options: { _ in options },
            downloads: downloads,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func fetch(
        _ media: RawMediaReference, source: String = "gw", attempts: Int = 1, priority: MediaFetchPriority = .fresh
    ) async throws(MediaError) -> StoredMedia {
        let limits = MediaFetchLimits(maxSize: 1 << 20, attempts: attempts, timeout: .waitLimit)
        return try await service.fetch(media, source: source, session: "main", limits: limits, priority: priority)
    }

    func content(_ media: StoredMedia) async throws -> [UInt8] {
        var read: [UInt8] = []
        for try await chunk in try await mediaStore.open(media.id, bounds: { 0..<$0 }).chunks { read += chunk }
        return read
    }
}

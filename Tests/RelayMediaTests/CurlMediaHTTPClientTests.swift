import Logging
import RelayCore
import RelayHTTPClient
import RelayTesting
import Testing

@testable import RelayMedia

/// Downloads with the HTTP engine from real servers.
@Suite(.limitedConcurrency) struct CurlMediaHTTPClientTests {
    private let server: TestMediaServer
    private let engine: CurlEngine
    private let directory: TemporaryDirectory
    private let sealed = WhatsAppMediaEncryptor.seal(bytes(300_000), as: .video)

    init() throws {
        server = try TestMediaServer()
        engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: Logger(label: "test"))
        directory = try TemporaryDirectory()
    }

    private struct TransportFixture {
        let service: MediaFetchService
        let mediaStore: LocalMediaStore
    }

    private func open(engine: CurlEngine? = nil, hosts: [String] = []) async throws -> TransportFixture {
        let clock = SystemClock()
        let mediaStore = try await LocalMediaStore.open(path: directory.path + "/media", clock: clock)
        let options = MediaSourceOptions(
            baseURL: server.url,
            hosts: hosts,
            headers: [.init(name: "apikey", value: "secret")],
            token: "EAAx",
            graphURL: server.url + "/v23.0",
            whatsAppURL: server.url
        )
        let service = MediaFetchService(
            mediaStore: mediaStore,
            links: MediaLinks(publicURL: "http://relay", lifetime: .seconds(60), masterKey: bytes(32), clock: clock),
            transport: CurlMediaHTTPClient(engine ?? self.engine),
            options: { _ in options },
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        return TransportFixture(service: service, mediaStore: mediaStore)
    }

    private func fetch(
        _ media: RawMediaReference,
        attempts: Int = 1,
        maxSize: Int = 1 << 20,
        timeout: Duration = .waitLimit,
        with fixture: TransportFixture? = nil
    ) async throws -> StoredMedia {
        var fixture = fixture
        if fixture == nil { fixture = try await open() }
        let limits = MediaFetchLimits(maxSize: maxSize, attempts: attempts, timeout: timeout)
        return try await #require(fixture).service.fetch(media, source: "gw", session: "main", limits: limits)
    }

    private var reference: RawMediaReference { sealed.reference(directPath: "/v/x.enc?oe=1") }

    private func reason(
        of page: TestMediaServer.Page,
        maxSize: Int = 1 << 20,
        timeout: Duration = .waitLimit
    ) async -> MediaError.Code? {
        server.serve(page, at: "/v/x.enc?oe=1")
        return await failure { _ = try await fetch(reference, maxSize: maxSize, timeout: timeout) }?.code
    }

    // MARK: Good servers

    @Test func filesComeHoweverTheyAreSent() async throws {
        let fixture = try await open()
        let pages: [TestMediaServer.Page] = [
            .file(sealed.encrypted), .chunked(sealed.encrypted), .untilClosed(sealed.encrypted),
            .file(sealed.encrypted, headers: [("Content-Encoding", "identity")]),
        ]
        for page in pages {
            server.serve(page, at: "/v/x.enc?oe=1")
            #expect(try await fetch(reference, with: fixture) == sealed.media)
            var read: [UInt8] = []
            for try await chunk in try await fixture.mediaStore.open(sealed.media.id, bounds: { 0..<$0 }).chunks {
                read += chunk
            }
            #expect(read == sealed.plain)
            #expect(try await fixture.mediaStore.sweep(before: SystemClock.wallNow + .seconds(3600)) == 1)
        }
        let request = try #require(server.requests.first)
        #expect(request.method == "GET")
        #expect(request.header("accept-encoding") == "identity")
        #expect(request.header("apikey") == nil)
    }

    @Test func aCloudFileComesThroughItsLookup() async throws {
        server.serve(.file(Array(#"{"url":"\#(server.url)/file?mid=1"}"#.utf8)), at: "/v23.0/77")
        server.serve(.file(bytes(1000)), at: "/file?mid=1")
        let media = try await fetch(RawMediaReference(kind: .image, locations: [.cloud(id: "77", url: nil)]))
        #expect(media.id.digest == sha256(bytes(1000)))
        #expect(server.requests.map { $0.header("authorization") } == ["Bearer EAAx", "Bearer EAAx"])
    }

    @Test func aRedirectIsFollowedWithoutTheCredentials() async throws {
        let files = try TestMediaServer()
        files.serve(.file(bytes(10)), at: "/b")
        server.serve(.redirect(files.url + "/b"), at: "/a")
        let fixture = try await open(hosts: [files.host])
        _ = try await fetch(.gateway("/a"), with: fixture)
        #expect(server.requests.map { $0.header("apikey") } == ["secret"])
        #expect(files.requests.map { $0.header("apikey") } == [nil])
    }

    @Test func aServerThatIsBackInTimeServes() async throws {
        server.serve(
            .status(503), .cutOff(sealed.encrypted, after: 200_000), .file(sealed.encrypted), at: "/v/x.enc?oe=1")
        #expect(try await fetch(reference, attempts: 3) == sealed.media)
        #expect(server.requests.count == 3)
    }

    // MARK: Bad servers

    @Test func badAnswersAreReported() async throws {
        #expect(await reason(of: .cutOff(sealed.encrypted, after: 1000)) == .unavailable)
        #expect(await reason(of: .untilClosed(Array(sealed.encrypted.prefix(1000)))) == .badLength)
        #expect(await reason(of: .untilClosed(Array(sealed.encrypted.prefix(1034)))) == .encryptedHashMismatch)
        #expect(await reason(of: .file(sealed.encrypted + [0])) == .badLength)
        #expect(await reason(of: .file(sealed.encrypted, headers: [("Content-Encoding", "gzip")])) == .refused)
        #expect(await reason(of: .status(404)) == .gone)
        #expect(await reason(of: .status(500)) == .unavailable)
        #expect(await reason(of: .redirect("/v/x.enc?oe=1")) == .refused)
        #expect(await reason(of: .redirect("http://127.0.0.1:1/")) == .notAllowed)
        #expect(await reason(of: .endless) == .tooLarge)
        #expect(await reason(of: .file(sealed.encrypted), maxSize: 299_999) == .tooLarge)
        #expect(directory.subpaths.allSatisfy { $0.split(separator: "/").last?.utf8.count != 64 }, "nothing is kept")
    }

    @Test func aServerThatHangsOrTricklesTimesOut() async throws {
        #expect(await reason(of: .hang, timeout: .milliseconds(300)) == .timeout)
        #expect(await reason(of: .drip, timeout: .milliseconds(600)) == .timeout)
    }

    @Test func aServerThatIsNotThereIsUnavailable() async throws {
        server.stop()
        let failure = await failure { _ = try await fetch(reference) }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("oe=1") == false)
    }

    /// The allowed hosts apply to the URLs in messages; the egress guard checks every connection in addition.
    @Test func theGuardHasTheLastWord() async throws {
        let engine = try CurlEngine(guard: EgressGuard(), logger: Logger(label: "test"))
        defer { engine.shutdown() }
        server.serve(.file(sealed.encrypted), at: "/v/x.enc?oe=1")
        let fixture = try await open(engine: engine)
        #expect(await failure { _ = try await fetch(reference, with: fixture) }?.code == .notAllowed)
        #expect(server.requests.isEmpty)
    }
}

import Hummingbird
import Logging
import RelayAPI
import RelayCore
import RelayHTTPClient
import RelayJSON
import RelaySources
import RelayTesting
import ServiceLifecycle

/// The API with a fake store and a fake relay, and a client with a valid key.
struct TestAPI: Sendable {
    /// 2025-11-13T10:30:00.000Z
    static let start = Timestamp(milliseconds: 1_763_029_800_000)

    let store = FakeStore()
    let control = FakeControl()
    let taps = TapRegistry()
    let clock = ManualClock(now: Self.start)
    let key = APIKeyring.generate()
    let configuration: RelayAPI.Configuration

    init(configuration: RelayAPI.Configuration = RelayAPI.Configuration()) {
        self.configuration = configuration
    }

    /// Sources of the format `echo`: `baileys` without authentication, `signed` and `meta`.
    var intakes: IntakeRegistry {
        var sources = IntakeRegistry.Sources()
        sources.posted = [
            "baileys": intake("baileys"),
            "signed": intake("signed", HeaderAuthentication(name: "X-Signature", value: "abc")),
            "meta": intake("meta", MetaSignatureAuthentication(appSecret: "app", verifyToken: "right")),
        ]
        return IntakeRegistry(api: intake(IntakeRegistry.apiSource), sources: sources)
    }

    private func intake(_ name: String, _ authentication: (any IntakeAuthentication)? = nil) -> Intake {
        Intake(
            reader: SourceDocumentReader(
                source: name, format: EchoFormat(), defaultSession: "none", files: .identified),
            authentication: authentication, journal: store, rejectedDocuments: store, clock: clock)
    }

    private func api(_ logger: Logger) -> RelayAPI {
        RelayAPI(
            configuration: configuration,
            store: store,
            intakes: intakes,
            controls: control.controls,
            taps: taps,
            keys: APIKeyring(digests: [APIKeyring.digest(of: key)]),
            clock: clock,
            logger: logger
        )
    }

    private var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// Runs a test with a client that calls the routes directly, without a connection.
    func run<Value>(_ body: (Client) async throws -> Value) async throws -> Value {
        let logger = quiet
        let responder = api(logger).makeRouter().buildResponder()
        return try await body(Client(transport: RouterTransport(responder: responder, logger: logger), key: key))
    }

    /// Runs a test with a client that sends requests to a server on the local machine.
    func runServer<Value>(_ body: (Client) async throws -> Value) async throws -> Value {
        let logger = quiet
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let api = api(logger)
        let application = Application(
            router: api.makeRouter(),
            server: api.makeServer(idleTimeout: .seconds(60)),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        let engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: logger)
        defer { engine.shutdown() }
        let services = ServiceGroup(services: [application], logger: logger)
        async let serving: Void = services.run()
        let transport = ServerTransport(engine: engine, port: await ports.first { _ in true } ?? 0)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(Client(transport: transport, key: key)))
        } catch {
            result = .failure(error)
        }
        await services.triggerGracefulShutdown()
        try await serving
        return try result.get()
    }

    /// Creates a session with one webhook, as most routes require.
    @discardableResult
    func seedSession(_ id: String = "abc-123", url: String? = "https://your-app.com/webhook") -> SessionWebhook? {
        let webhook = url.map { url -> SessionWebhook in
            let options: JSONObject = ["url": .string(url), "headers": ["X-Api-Token": "canary-token"]]
            var webhook = SessionWebhook(
                id: "wh_0000000000001", session: id, options: options, createdAt: Self.start)
            webhook.secrets = [
                WebhookSigningSecret(value: "whsec_c2VjcmV0LW9mLXRoZS13ZWJob29rLTEyMzQ=", createdAt: Self.start)
            ]
            return webhook
        }
        store.edit { data in
            data.sessions.append(Session(id: id, label: "Support Team", createdAt: Self.start))
            if let webhook { data.webhooks.append(webhook) }
        }
        return webhook
    }
}

/// A format for tests: each document, or each element of an array, is an event whose payload is the document. Numbers are
/// rejected.
struct EchoFormat: SourceFormat {
    static let name = "echo"
    static let summary = "Documents of a test."

    func read(_ document: [UInt8], context: FormatReadContext) throws(InvalidDocumentError) -> ParsedDocument {
        let parsed: JSON
        do {
            parsed = try JSON(parsing: document)
        } catch {
            throw InvalidDocumentError(.malformed, "The body is no JSON document: \(error.message)")
        }
        guard let session = context.session ?? context.defaultSession else {
            throw InvalidDocumentError(.missingSession, "Nothing names a session.")
        }
        let elements = parsed.array ?? [parsed]
        let rejected = elements.indices.filter { elements[$0].int != nil }.map { index in
            RejectedDocument(
                index: index, error: InvalidDocumentError(.notAnEvent, "A number.", pointer: "/\(index)"),
                document: elements[index], size: 1)
        }
        let events = elements.filter { $0.int == nil }.map {
            ParsedEvent(type: .messageReceived, session: session, dedupKey: $0.text, payload: ["document": $0])
        }
        if events.isEmpty, !rejected.isEmpty {
            throw InvalidDocumentError(
                InvalidDocumentError(.notAnEvent, "A number.", pointer: rejected[0].pointer), rejected: rejected)
        }
        return ParsedDocument(events: events, rejected: rejected)
    }
}

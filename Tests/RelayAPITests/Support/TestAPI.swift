import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import RelayAPI
import RelayCore
import RelayJSON
import RelaySources
import RelayTesting
import Testing

/// The API over a fake store and a fake relay, and a client with the right key.
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

    /// Sources of the format `echo`: `baileys`, which anybody may post to, `signed` and `meta`.
    private var intakes: IntakeRegistry {
        var sources = IntakeRegistry.Sources()
        sources.posted = [
            "baileys": intake("baileys"),
            "signed": intake("signed", .header(name: "X-Signature", value: "abc")),
            "meta": intake("meta", .metaSignature(appSecret: "app", verifyToken: "right")),
        ]
        return IntakeRegistry(api: intake(IntakeRegistry.apiSource), sources: sources)
    }

    private func intake(_ name: String, _ authentication: IntakeAuthentication? = nil) -> Intake {
        Intake(
            reader: DocumentReader(source: name, format: EchoFormat(), defaultSession: "none", files: .identified),
            authentication: authentication, journal: store, clock: clock)
    }

    func makeApplication() -> some ApplicationProtocol {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let api = RelayAPI(
            configuration: configuration,
            store: store,
            intakes: intakes,
            controls: control.controls,
            taps: taps,
            keys: APIKeyring(digests: [APIKeyring.digest(of: key)]),
            clock: clock,
            logger: logger
        )
        return Application(
            router: api.makeRouter(), configuration: .init(address: .hostname("127.0.0.1", port: 0)), logger: logger)
    }

    func run<Value: Sendable>(
        _ setup: TestingSetup = .router,
        _ body: @Sendable (Client) async throws -> Value
    ) async throws -> Value {
        try await makeApplication().test(setup) { client in
            try await body(Client(client: client, key: key))
        }
    }

    /// A session with one webhook, as most routes want it.
    @discardableResult
    func seedSession(_ id: String = "abc-123", url: String? = "https://your-app.com/webhook") -> Webhook? {
        let webhook = url.map { url -> Webhook in
            let options: JSONObject = ["url": .string(url), "headers": ["X-Api-Token": "canary-token"]]
            var webhook = Webhook(id: "wh_0000000000001", session: id, options: options, createdAt: Self.start)
            webhook.secrets = [
                WebhookSecret(value: "whsec_c2VjcmV0LW9mLXRoZS13ZWJob29rLTEyMzQ=", createdAt: Self.start)
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

/// A dialect for tests: every document, or every element of an array, is an event with the document as its payload.
struct EchoFormat: EventFormat {
    static let name = "echo"
    static let summary = "Documents of a test."

    func events(from document: [UInt8], context: FormatContext) throws(FormatError) -> [NewEvent] {
        let parsed: JSON
        do {
            parsed = try JSON(parsing: document)
        } catch {
            throw FormatError(.malformed, "The body is no JSON document: \(error.message)")
        }
        guard let session = context.session else { throw FormatError(.missingSession, "Nothing names a session.") }
        return (parsed.array ?? [parsed]).map {
            NewEvent(type: .messageReceived, session: session, dedupKey: $0.text, payload: ["document": $0])
        }
    }
}

struct Client: Sendable {
    let client: any TestClientProtocol
    let key: String

    struct APIResponse {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]

        /// The body as JSON; null when it is none.
        var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
        var data: JSON { json["data"] ?? .null }
        var code: String? { json["error"]?["code"]?.string }
        var message: String? { json["error"]?["message"]?.string }
        /// The places that an answer 422 names.
        var places: [String] {
            (json["error"]?["details"]?.array ?? []).compactMap { $0["pointer"]?.string ?? $0["parameter"]?.string }
        }
    }

    func get(_ uri: String) async throws -> APIResponse { try await send(.get, uri) }
    func delete(_ uri: String) async throws -> APIResponse { try await send(.delete, uri) }

    func post(_ uri: String, _ body: JSON? = nil) async throws -> APIResponse {
        try await send(.post, uri, body: body?.bytes)
    }

    func patch(_ uri: String, _ body: JSON) async throws -> APIResponse {
        try await send(.patch, uri, body: body.bytes)
    }

    func send(
        _ method: HTTPRequest.Method,
        _ uri: String,
        body: [UInt8]? = nil,
        type: String? = "application/json",
        headers: HTTPFields = [:],
        withKey: Bool = true
    ) async throws -> APIResponse {
        var headers = headers
        if withKey { headers[.authorization] = "Bearer \(key)" }
        if body != nil, let type { headers[.contentType] = type }
        let response = try await client.executeRequest(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        return APIResponse(status: response.status.code, headers: response.headers, bytes: Array(buffer: response.body))
    }
}

import Foundation
import Logging
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// A real `zaphub serve` process, in a temporary folder, on a port that the system chooses.
final class RelayProcess: Sendable {
    static let key = "test-key-of-this-run"

    let folder: URL
    private let environment: [String: String]
    private let arguments: [String]
    private let name: String
    private let state = Mutex<(process: ChildProcess, url: String)?>(nil)
    private let engine: CurlEngine

    /// - Parameters:
    ///   - configuration: the contents of `config.yaml`; it listens on `127.0.0.1:0`.
    ///   - pipeline: the contents of `pipelines/default.yaml`.
    ///   - arguments: additional arguments of `serve`.
    ///   - program: the name of the executable.
    init(
        configuration: String = RelayProcess.configuration(),
        pipeline: String = RelayProcess.pipeline,
        environment: [String: String] = [:],
        arguments: [String] = [],
        folder: URL? = nil,
        program: String = "zaphub"
    ) throws {
        self.arguments = arguments
        name = program
        self.folder =
            folder ?? FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: self.folder.appendingPathComponent("pipelines"),
            withIntermediateDirectories: true
        )
        try configuration.write(
            to: self.folder.appendingPathComponent("config.yaml"), atomically: true, encoding: .utf8)
        try pipeline.write(
            to: self.folder.appendingPathComponent("pipelines/default.yaml"),
            atomically: true,
            encoding: .utf8
        )
        self.environment = environment
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        engine = try CurlEngine(guard: EgressGuard(allow: ["127.0.0.1"]), logger: quiet)
    }

    /// - Parameters:
    ///   - delivery: additional options of `delivery`.
    ///   - extra: additional sections.
    static func configuration(delivery: String = "", extra: String = "") -> String {
        """
        version: 1
        server:
          listen: 127.0.0.1:0
        store:
          url: sqlite:data/zaphub.db
        sources:
          baileys: { transport: http, format: baileys }
          native: { transport: http, format: native }
        retry_policies:
          default: { max_attempts: 3, backoff: { initial_interval: 50ms, multiplier: 2 } }
          patient: { max_attempts: 1000, backoff: { initial_interval: 20ms, max_interval: 100ms, multiplier: 2 } }
        delivery:
          breaker: { failures: 5, probe_interval: 50ms, max_probe_interval: 200ms }
          \(delivery)
        egress:
          allow: ["127.0.0.1"]
        \(extra)
        """
    }

    static let pipeline = """
        stages:
          - persist
          - enrich: [chat_name, contact_name, group_name, images]
          - media: {}
            on_error: raw_media
          - filter: { drop: '.payload.chatId == "status@broadcast"' }
          - sign: standard_webhooks
          - deliver: [session]
        """

    /// The executable, which the build creates in the same directory as the tests.
    static var program: URL { get throws { try executable("zaphub") } }

    /// An executable that the build creates in the same directory as the tests.
    private static func executable(_ name: String) throws -> URL {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [beside, Bundle.main.bundleURL, URL(fileURLWithPath: ".build/debug")]
        let found = candidates.map { $0.appendingPathComponent(name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return try #require(found, "\(name) is not beside the tests; build the package first")
    }

    /// Starts the process and waits until it reports the URL on which it listens.
    func start() async throws {
        let child = try ChildProcess(
            Self.executable(name).path,
            ["serve", "--config", folder.appendingPathComponent("config.yaml").path] + arguments,
            environment: ["ZAPHUB_API_KEY": Self.key].merging(environment) { _, new in new },
            output: folder.appendingPathComponent("output.txt").path,
            errors: folder.appendingPathComponent("log.jsonl").path
        )
        state.withLock { $0 = (child, "") }
        let url = try await child.line(after: "listens on ")
        state.withLock { $0 = (child, url) }
    }

    /// The URL `http://HOST:PORT`; empty before the first start.
    var url: String { state.withLock { $0?.url ?? "" } }
    var log: String {
        (try? String(contentsOf: folder.appendingPathComponent("log.jsonl"), encoding: .utf8)) ?? ""
    }
    /// The output since the last start.
    var output: String { state.withLock { $0?.process.text ?? "" } }
    var processID: Int32 { state.withLock { $0?.process.processID ?? 0 } }

    func signal(_ number: Int32) {
        state.withLock { $0?.process.signal(number) }
    }

    /// Sends a signal and waits for the process to end. Returns the exit status, or the negated number of the signal
    /// that ended it.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        let running = state.withLock { state in
            defer { state = nil }
            return state?.process
        }
        guard let running else { return 0 }
        running.signal(signal)
        return try await running.end()
    }

    /// Waits until the process ends by itself, and forgets it. Returns as ``end(_:)`` does.
    func waitForEnd() async throws -> Int32 {
        guard let running = state.withLock({ $0?.process }) else { return 0 }
        let status = try await running.end()
        state.withLock { $0 = nil }
        return status
    }

    /// Runs another `zaphub` command against the relay.
    func command(_ arguments: String...) async throws -> (status: Int32, output: String) {
        let child = try ChildProcess(
            Self.program.path,
            arguments,
            environment: ["ZAPHUB_URL": url, "ZAPHUB_API_KEY": Self.key],
            output: folder.appendingPathComponent("command.txt").path,
            errors: folder.appendingPathComponent("command.err").path
        )
        return (try await child.end(), child.text)
    }

    /// Kills the process and deletes its folder.
    func remove() {
        state.withLock { $0?.process }?.kill()
        engine.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }

    /// A response of the relay.
    struct Answer {
        let status: Int
        let bytes: [UInt8]
        let document: JSON
        let headers: [(name: String, value: String)]

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
    }

    /// Sends a request to the relay, or to another server by its full URL.
    func call(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        raw: [UInt8]? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws(HTTPClientError) -> Answer {
        var fields = headers
        if path.hasPrefix("/api") && !fields.contains(where: { $0.name == "Authorization" }) {
            fields.append(("Authorization", "Bearer \(Self.key)"))
        }
        if body != nil || raw != nil { fields.append(("Content-Type", "application/json")) }
        let response = try await engine.send(
            HTTPClientRequest(
                method: method,
                url: path.hasPrefix("http://") ? path : self.url + path,
                headers: fields,
                body: raw ?? body?.bytes ?? [],
                timeout: .waitLimit,
                maximumResponseBody: 64 << 20,
                keptResponseBody: 64 << 20
            )
        )
        return Answer(
            status: response.status,
            bytes: response.body,
            document: (try? JSON(parsing: response.body)) ?? .null,
            headers: response.headers
        )
    }

    /// Opens a tap, whose response does not end by itself.
    func tap(_ query: String) async throws -> TapStream {
        var request = HTTPClientRequest(
            method: "GET",
            url: self.url + "/api/v1/tap?" + query,
            headers: [("Authorization", "Bearer \(Self.key)")],
            timeout: .waitLimit,
            maximumResponseBody: .max
        )
        request.mayPause = true
        return TapStream(try await engine.stream(request))
    }

    /// Creates a session with one webhook. Returns the webhook's id and secret.
    @discardableResult
    func addSession(_ id: String, webhook: JSON) async throws -> (id: String, secret: String) {
        let session = try await call("POST", "/api/v1/sessions", ["id": .string(id)])
        #expect(session.status == 201, "\(session.document.text)")
        let created = try await call("POST", "/api/v1/sessions/\(id)/webhooks", webhook)
        #expect(created.status == 201, "\(created.document.text)")
        let data = created.document["data"]
        return (data?["id"]?.string ?? "", data?["secret"]?["value"]?.string ?? "")
    }

    /// Waits until a condition holds. A failure shows the end of the relay's output and log.
    func eventually(_ expectation: String, _ condition: () async throws -> Bool) async throws {
        try await RelayTesting.eventually(
            expectation,
            every: .milliseconds(20),
            details: {
                state.withLock { $0?.process.outputTail } ?? "the relay does not run; log: …\(log.suffix(4000))"
            },
            condition)
    }

    /// The number of deliveries in any of these states, over all destinations.
    func count(_ states: String...) async throws -> Int {
        let answer = try await call("GET", "/api/v1/destinations")
        return (answer.document["data"]?.array ?? []).reduce(0) { sum, destination in
            sum + states.reduce(0) { $0 + Int(destination["counts"]?[$1]?.int ?? 0) }
        }
    }
}

/// A text message as a Baileys bridge posts it.
///
/// - Parameters:
///   - lid: the chat's hidden identity; nil: the message has the phone alone.
///   - isPhoneHidden: whether the message has the hidden identity alone.
func baileysText(
    _ id: String,
    chat: String = "5511999999001",
    lid: String? = nil,
    isPhoneHidden: Bool = false,
    text: String = "oi",
    session: String = "main"
) -> JSON {
    let phone = "\(chat)@s.whatsapp.net"
    var key: JSONObject = ["remoteJid": .string(lid ?? phone), "fromMe": false, "id": .string(id)]
    if lid != nil, !isPhoneHidden { key["remoteJidAlt"] = .string(phone) }
    return [
        "session": .string(session),
        "event": "messages.upsert",
        "data": [
            "type": "notify",
            "messages": [
                [
                    "key": .object(key),
                    "messageTimestamp": 1_763_000_000,
                    "pushName": "Maria Silva",
                    "message": ["conversation": .string(text)],
                ]
            ],
        ],
    ]
}

import Foundation
import RelayJSON
import RelayTesting
import Testing

/// The examples as their READMEs start them.
@Suite(.limitedConcurrency)
struct ExamplesTests {
    enum Language: String, CaseIterable { case node, python }

    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func path(_ relative: String) -> String { root.appendingPathComponent(relative).path }

    /// Starts a receiver; with port 0, on a free port.
    private func receiver(_ language: Language, in folder: URL, port: String = "0") throws -> ChildProcess {
        let program: String
        let arguments: [String]
        switch language {
        case .node:
            (program, arguments) = ("/usr/bin/env", ["node", Self.path("examples/receivers/node-express/server.js")])
        case .python:
            program = Self.path(".build-venv/bin/python")
            arguments = [Self.path("examples/receivers/python-flask/app.py")]
            try #require(
                FileManager.default.isExecutableFile(atPath: program), "no \(program): run scripts/bootstrap --tests")
        }
        return try ChildProcess(
            program,
            arguments,
            // The directory of Debian's node-express.
            environment: ["NODE_PATH": "/usr/share/nodejs", "PORT": port, "WEBHOOK_SECRET": Self.secret],
            output: folder.appendingPathComponent("receiver.out").path,
            errors: folder.appendingPathComponent("receiver.err").path
        )
    }

    @Test(arguments: Language.allCases)
    func theReceiverVerifiesAndRecognisesCopies(_ language: Language) async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let first = try receiver(language, in: relay.folder)
        defer { first.kill() }
        let url = try await first.line(after: "listening on ")
        let stats = url.replacingOccurrences(of: "/webhook", with: "/stats")
        func received(_ count: Int, duplicates: ClosedRange<Int64> = 0...0, rejected: Int64 = 0) async throws -> Bool {
            let answer = try? await relay.call("GET", stats).document
            return answer?["received"]?.int == Int64(count) && answer?["rejected"]?.int == rejected
                && duplicates.contains(answer?["duplicates"]?.int ?? -1)
        }
        let webhook = try await relay.addSession(
            "main",
            webhook: ["url": .string(url), "secret": .string(Self.secret), "retry": "patient", "timeout_ms": 120_000]
        )
        /// The timeout may only be short while the receiver hangs, because a slow receiver would get duplicates.
        func setTimeout(_ milliseconds: Int64) async throws {
            let answer = try await relay.call(
                "PATCH", "/api/v1/sessions/main/webhooks/\(webhook.id)", ["timeout_ms": .int(milliseconds)])
            try #require(answer.status == 200, "\(answer.document.text)")
        }
        for number in 1...3 { _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)")) }
        try await relay.eventually("three received: \(first.errorText)") { try await received(3) }
        try await relay.eventually("settled") { try await relay.count("delivered") == 3 }

        // Requests without a valid signature are rejected.
        #expect(try await relay.call("POST", url, ["deliveryId": "x"]).status == 401)
        #expect(try await received(3, rejected: 1))

        // The receiver hangs, so the relay retries after a timeout, and the receiver gets the same deliveries twice.
        first.signal(SIGSTOP)
        try await setTimeout(1000)
        _ = try await relay.call("POST", "/in/baileys", baileysText("M4"))
        try await relay.eventually("an attempt that timed out") {
            let letters = try await relay.call("GET", "/api/v1/deliveries?state=queued,in_flight").document["data"]?
                .array
            return (letters?.first?["attempt_count"]?.int ?? 0) >= 2
        }
        try await setTimeout(120_000)
        first.signal(SIGCONT)
        try await relay.eventually("settled again") { try await relay.count("delivered") == 4 }
        try await relay.eventually("one received, and copies of it") {
            try await received(4, duplicates: 1...100, rejected: 1)
        }

        // The receiver is killed and restarted.
        first.kill()
        _ = try await relay.call("POST", "/in/baileys", baileysText("M5"))
        try await relay.eventually("an attempt in vain") {
            let letters = try await relay.call("GET", "/api/v1/deliveries?state=queued").document["data"]?.array
            return (letters?.first?["attempt_count"]?.int ?? 0) >= 1
        }
        let port = try #require(URL(string: url)?.port)
        let second = try receiver(language, in: relay.folder, port: "\(port)")
        defer { second.kill() }
        try await relay.eventually("the last one: \(second.errorText)") { try await received(1) }
        try await relay.eventually("all settled") { try await relay.count("delivered") == 5 }
    }

    @Test func whatTheBridgePostsArrivesInOrder() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("demo", webhook: ["url": .string(receiver.url)])
        let bridge = try ChildProcess(
            "/usr/bin/env",
            ["node", Self.path("examples/bridge/stand-in.js")],
            environment: [
                "RELAY_URL": "\(relay.url)/in/baileys", "SESSION": "demo", "COUNT": "50", "GRACE": "60000",
            ],
            output: relay.folder.appendingPathComponent("bridge.out").path,
            errors: relay.folder.appendingPathComponent("bridge.err").path
        )
        defer { bridge.kill() }
        #expect(try await bridge.end() == 0, "\(bridge.errorText)")
        let report = try JSON(parsing: bridge.text)
        #expect(report["left"] == 0)
        #expect(report["refused"] == 0)
        #expect(report["dropped"] == 0)
        let posted = try #require(report["posted"]?.int)
        #expect(posted >= 50)

        func numbers(_ chat: String) -> [Int] {
            receiver.requests.compactMap { request in
                guard let payload = (try? JSON(parsing: request.body))?["payload"],
                    payload["chatId"]?.string == chat,
                    let words = payload["content"]?["text"]?.string?.split(separator: " "), words.first == "Mensagem"
                else { return nil }
                return words.last.flatMap { Int($0) }
            }
        }
        let (maria, joao) = ("5511999990001@s.whatsapp.net", "5511999990002@s.whatsapp.net")
        try await relay.eventually("fifty messages") { numbers(maria).count + numbers(joao).count >= 50 }
        #expect(numbers(maria) == Array(stride(from: 1, through: 49, by: 2)))
        #expect(numbers(joao) == Array(stride(from: 2, through: 50, by: 2)))
        try await relay.eventually("settled") { try await relay.count("queued", "in_flight") == 0 }
        let types = Set(receiver.requests.compactMap { $0.header("x-zaphub-event") })
        #expect(
            types.isSuperset(of: [
                "session.qr_updated", "session.connected", "session.disconnected", "message.received", "message.sent",
                "message.delivered", "message.read", "message.reaction", "message.deleted", "call.received",
                "group.updated", "contact.updated", "presence.updated",
            ]),
            "\(types.sorted())"
        )
    }

    /// The bridge's tests of its parts that need no WhatsApp.
    @Test func theBridgesOwnTestsPass() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bridge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let tests = try ChildProcess(
            "/usr/bin/env", ["node", "--test", Self.path("examples/bridge/commands.test.js")], environment: [:],
            output: folder.appendingPathComponent("tests.out").path,
            errors: folder.appendingPathComponent("tests.err").path)
        defer { tests.kill() }
        #expect(try await tests.end() == 0, "\(tests.text)")
    }

    /// Both directions with the bridge's own code and a simulated socket: what the relay sends is signed, is sent once
    /// under the id that the relay chose, and comes back under it.
    @Test func theBridgeSendsWhatTheRelayAsksFor() async throws {
        let webhook = try ScriptedReceiver()
        defer { webhook.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("demo", webhook: ["url": .string(webhook.url)])
        let bridge = try ChildProcess(
            "/usr/bin/env", ["node", Self.path("examples/bridge/stand-in.js")],
            environment: [
                "RELAY_URL": "\(relay.url)/in/baileys", "SESSION": "demo", "GRACE": "60000", "SEND_PORT": "0",
                "SEND_SECRET": Self.secret,
            ],
            output: relay.folder.appendingPathComponent("bridge.out").path,
            errors: relay.folder.appendingPathComponent("bridge.err").path)
        defer { bridge.kill() }
        let url = try await bridge.line(after: "listens on ")
        let destination = """
            destinations:
              phone: { type: whatsapp, provider: bridge, url: "\(url)", secret: "\(Self.secret)" }
            """
        try RelayProcess.configuration(extra: destination).write(
            to: relay.folder.appendingPathComponent("config.yaml"), atomically: true, encoding: .utf8)
        try "from: [native]\nstages:\n  - persist\n  - deliver: [phone]\n".write(
            to: relay.folder.appendingPathComponent("pipelines/agents.yaml"), atomically: true, encoding: .utf8)
        try RelayProcess.pipeline.replacing("stages:", with: "from: [baileys]\nstages:").write(
            to: relay.folder.appendingPathComponent("pipelines/default.yaml"), atomically: true, encoding: .utf8)
        let reload = try await relay.call("POST", "/api/v1/reload")
        #expect(reload.status == 200, "\(reload.document.text)")

        let chat: JSON = "5511999990001@s.whatsapp.net"
        func post(_ event: String, _ id: String, _ payload: JSONObject) async throws {
            var payload = payload
            payload["chatId"] = chat
            let document: JSON = [
                "event": .string(event), "sessionId": "demo", "id": .string(id), "payload": .object(payload),
            ]
            #expect(try await relay.call("POST", "/in/native", document).status == 200)
        }
        let file: JSON = [
            "kind": "image", "url": "http://127.0.0.1:9/a.png", "mimetype": "image/png", "fileName": "a.png",
        ]
        try await post("message.send", "one", ["commandId": "one", "text": "Bom dia"])
        try await post(
            "message.send", "two",
            ["commandId": "two", "text": "Veja", "attachments": [file], "quoted": ["messageId": "3EB0Q"]])
        // The same command in another event.
        try await post("message.send", "again", ["commandId": "one", "text": "Bom dia"])
        func sent() -> [JSON] {
            bridge.text.split(separator: "\n").compactMap { try? JSON(parsing: Array($0.utf8)) }
                .filter { $0["chat"] != nil }
        }
        try await relay.eventually("both are sent: \(bridge.text) \(bridge.errorText)") { sent().count >= 2 }
        try await relay.eventually("all is settled") { try await relay.count("queued", "in_flight") == 0 }
        let dead = try await relay.call("GET", "/api/v1/deliveries?state=dead").document.text
        #expect(try await relay.count("dead") == 0, "\(dead.prefix(3000))")
        #expect(sent().count == 2)
        #expect(sent().first?["content"] == ["text": "Bom dia"])
        #expect(sent().last?["content"]?["image"]?["url"] == file["url"])
        #expect(sent().last?["content"]?["caption"] == "Veja")
        #expect(sent().last?["quoted"] == "3EB0Q")

        // The bridge posts the messages as the account's own, with their receipts.
        func own(_ event: String) -> [JSON] {
            webhook.requests.compactMap { try? JSON(parsing: $0.body) }
                .filter { $0["event"]?.string == event && $0["payload"]?["chatId"] == chat }
        }
        func echo(_ text: String) -> String? {
            own("message.sent").first { $0["payload"]?["content"]?["text"]?.string == text }?["payload"]?["messageId"]?
                .string
        }
        try await relay.eventually("the echo") { echo("Bom dia") != nil }
        let id = try #require(echo("Bom dia"))
        #expect(id.hasPrefix("3EB0"))
        try await relay.eventually("it is read") {
            own("message.read").contains { $0["payload"]?["messageId"]?.string == id }
        }
        bridge.signal(SIGTERM)
        #expect(try await bridge.end() == 0, "\(bridge.errorText)")
    }
}

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
}

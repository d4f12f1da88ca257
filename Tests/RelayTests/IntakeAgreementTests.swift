import Foundation
import RelayJSON
import RelayTesting
import Testing

/// A document becomes the same events wherever it is read: by `serve`, `run`, `test`, `eval` and a replay's dry run.
@Suite(.limitedConcurrency)
struct IntakeAgreementTests {
    struct Document: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let source: String
        let text: String
        /// The sessions of the events.
        let sessions: [String]
    }

    static let documents = [
        Document(
            testDescription: "its own session wins over the source's", source: "shop",
            text: #"{"event":"message.received","sessionId":"demo","payload":{"text":"a"}}"#, sessions: ["demo"]),
        Document(
            testDescription: "the source's session stands in for a missing one", source: "shop",
            text: #"{"event":"message.received","payload":{"text":"b"}}"#, sessions: ["shop"]),
        Document(
            testDescription: "several events", source: "shop",
            text: """
                [{"event":"message.received","sessionId":"demo","payload":{"text":"c"}},\
                {"event":"message.sent","sessionId":"other","payload":{"text":"d"}}]
                """, sessions: ["demo", "other"]),
        Document(
            testDescription: "a file inside the document", source: "evolution",
            text: """
                {"event":"messages.upsert","instance":"main","data":{"key":{"remoteJid":"5511999999001@s.whatsapp.net",\
                "fromMe":false,"id":"F1"},"messageType":"imageMessage","messageTimestamp":1763000000,\
                "message":{"imageMessage":{"mimetype":"image/jpeg","caption":"x"},"base64":"QUJDREVGRw=="}}}
                """, sessions: ["main"]),
    ]

    private func relay(_ receiver: ScriptedReceiver) throws -> RelayProcess {
        try RelayProcess(
            configuration: """
                version: 1
                server: { listen: 127.0.0.1:0 }
                store: { url: sqlite:data/zaphub.db }
                sources:
                  shop: { transport: http, format: native, session: shop }
                  evolution: { transport: http, format: evolution }
                destinations:
                  crm: { type: webhook, url: "\(receiver.url)", ordering: none, max_in_flight: 1 }
                egress: { allow: ["127.0.0.1"] }
                """,
            pipeline: "stages:\n  - deliver: [crm]\n")
    }

    /// The parts of a body that are always the same: everything but the ids and times of the delivery.
    private func comparable(_ body: JSON?) -> JSON {
        [
            "event": body?["event"] ?? .null, "session": body?["sessionId"] ?? .null,
            "payload": body?["payload"] ?? .null,
        ]
    }

    /// The events in a fixed order, because deliveries of different chats arrive in any order.
    private func sorted(_ events: [JSON]) -> [JSON] { events.sorted { $0.text < $1.text } }

    @Test(arguments: documents)
    func everyWayOfReadingGivesTheSameEvents(_ document: Document) async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        let config = relay.folder.appendingPathComponent("config.yaml").path

        try await relay.start()
        let answer = try await relay.call("POST", "/in/\(document.source)", raw: Array(document.text.utf8))
        #expect(answer.status == 200, "\(answer.document.text)")
        try await relay.eventually("all is delivered") {
            try await relay.count("delivered") == document.sessions.count
        }
        let served = sorted(receiver.requests.map { comparable(try? JSON(parsing: $0.body)) })
        #expect(served.map { $0["session"]?.string } == document.sessions)

        let replay = try await relay.call(
            "POST", "/api/v1/replays", ["from": "start", "since": "1h", "dry_run": true, "examples": 10])
        let examples = replay.document["data"]?["examples"]?.array ?? []
        #expect(sorted(examples.map { comparable($0["body"]) }) == served, "\(replay.document.text)")
        try await relay.end()

        let run = try await CommandTests().zaphub(
            ["run", "-c", config, "--source", document.source], input: document.text)
        #expect(run.status == 0, "\(run.errors)")
        let outcomes = try run.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(sorted(outcomes.map { comparable($0["deliveries"]?[0]?["body"]) }) == served, "\(run.output)")

        let eval = try await CommandTests().zaphub(
            ["eval", ".", "-c", config, "--source", document.source], input: document.text)
        #expect(eval.status == 0, "\(eval.errors)")
        let events = try eval.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
        #expect(sorted(events.map(comparable)) == served, "\(eval.output)")

        try await expectTest(of: document, makes: served, config: config, in: relay.folder)
    }

    /// Checks with `zaphub test` that the document is converted to exactly these events.
    private func expectTest(of document: Document, makes events: [JSON], config: String, in folder: URL) async throws {
        let deliveries = events.map { event -> JSON in
            let part: JSON = [
                "event": event["event"] ?? .null, "sessionId": event["session"] ?? .null,
                "payload": event["payload"] ?? .null,
            ]
            return ["to": "crm", "body": ["contains": part]]
        }
        let test: JSON = [
            "name": "the same events", "source": .string(document.source), "input": try JSON(parsing: document.text),
            "expect": ["delivered": .array(deliveries)],
        ]
        let tests: JSON = ["tests": [test]]
        try tests.text.write(
            to: folder.appendingPathComponent("pipelines/default_test.yaml"), atomically: true, encoding: .utf8)
        let result = try await CommandTests().zaphub(["test", "-c", config])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test func aBatchIsReadTheSameWayEverywhere() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        let config = relay.folder.appendingPathComponent("config.yaml").path
        let document = """
            [{"event":"message.received","payload":{"text":"a"}},{"event":"message.received","payload":1},\
            {"event":"message.received","payload":{"text":"b"}}]
            """
        let pointer = "/1/payload"

        try await relay.start()
        let answer = try await relay.call("POST", "/in/shop", raw: Array(document.utf8))
        #expect(answer.status == 200, "\(answer.document.text)")
        #expect(answer.document["data"]?["accepted"] == 2)
        #expect(answer.document["data"]?["rejected"]?[0]?["pointer"]?.string == pointer)
        #expect(answer.document["data"]?["rejected"]?[0]?["index"] == 1)
        try await relay.eventually("both are delivered") { try await relay.count("delivered") == 2 }
        // What the operator finds, after a crash as well.
        try await relay.end(SIGKILL)
        try await relay.start()
        let list = try await relay.command("rejected-documents")
        #expect(list.output.contains("shop") && list.output.contains(pointer), "\(list.output)")
        let rows = try await relay.call("GET", "/api/v1/rejected-documents")
        let id = try #require(rows.document["data"]?[0]?["id"]?.string)
        let shown = try await relay.command("rejected-documents", "show", id)
        #expect(try JSON(parsing: shown.output)["document"] == ["event": "message.received", "payload": 1])
        try await relay.end()

        let run = try await CommandTests().zaphub(["run", "-c", config, "--source", "shop"], input: document)
        #expect(run.status == 65)
        #expect(run.output.split(separator: "\n").count == 2, "\(run.output)")
        #expect(run.errors.contains("line 1: ") && run.errors.contains("(at \(pointer))"), "\(run.errors)")
        let eval = try await CommandTests().zaphub(
            ["eval", ".payload.text", "-c", config, "--source", "shop"], input: document)
        #expect(eval.status == 65)
        #expect(eval.output.split(separator: "\n") == [#""a""#, #""b""#], "\(eval.output)")
        #expect(eval.errors.contains("(at \(pointer))"), "\(eval.errors)")
        let tests: JSON = [
            "tests": [
                [
                    "name": "a batch", "source": "shop", "input": .string(document),
                    "expect": ["delivered": [["to": "crm"], ["to": "crm"]]],
                ]
            ]
        ]
        try tests.text.write(
            to: relay.folder.appendingPathComponent("pipelines/default_test.yaml"), atomically: true, encoding: .utf8)
        let test = try await CommandTests().zaphub(["test", "-c", config])
        #expect(test.status == 1)
        #expect(test.output.contains("(at \(pointer))"), "\(test.output)")
    }

    @Test func aMistakeIsToldWithItsPlaceWhereverTheDocumentIsRead() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try relay(receiver)
        defer { relay.remove() }
        let config = relay.folder.appendingPathComponent("config.yaml").path
        let document = #"{"event":"message.received","payload":1}"#
        let pointer = "/payload"

        try await relay.start()
        let answer = try await relay.call("POST", "/in/shop", raw: Array(document.utf8))
        #expect(answer.status == 422)
        #expect(answer.document["error"]?["details"]?[0]?["pointer"]?.string == pointer)
        try await relay.end()
        let run = try await CommandTests().zaphub(["run", "-c", config, "--source", "shop"], input: document)
        #expect(run.status == 65)
        #expect(run.errors.contains("line 1: ") && run.errors.contains("(at \(pointer))"), "\(run.errors)")
        let eval = try await CommandTests().zaphub(["eval", ".", "-c", config, "--source", "shop"], input: document)
        #expect(eval.status == 65)
        #expect(eval.errors.contains("(at \(pointer))"), "\(eval.errors)")
        let tests: JSON = [
            "tests": [
                [
                    "name": "a mistake", "source": "shop", "input": .string(document),
                    "expect": ["nothing": true],
                ]
            ]
        ]
        try tests.text.write(
            to: relay.folder.appendingPathComponent("pipelines/default_test.yaml"), atomically: true, encoding: .utf8)
        let test = try await CommandTests().zaphub(["test", "-c", config])
        #expect(test.status == 1)
        #expect(test.output.contains("(at \(pointer))"), "\(test.output)")
    }
}

import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Promise 10 with a running process: invalid input is answered with a 4xx and its position, nothing is stored, and the
/// process continues.
@Suite(.limitedConcurrency)
struct BadInputTests {
    private struct Bad {
        let name: String
        var path = "/in/baileys"
        let body: [UInt8]
        let status: Int
        /// Parts of the response.
        let says: [String]

        init(_ name: String, path: String = "/in/baileys", _ body: [UInt8], _ status: Int, says: String...) {
            self.name = name
            self.path = path
            self.body = body
            self.status = status
            self.says = says
        }

        init(_ name: String, path: String = "/in/baileys", _ body: String, _ status: Int, says: String...) {
            self.name = name
            self.path = path
            self.body = Array(body.utf8)
            self.status = status
            self.says = says
        }
    }

    private static let good = baileysText("M1").text
    private static let depth = 10_000

    private static let documents = [
        Bad("malformed", #"{"session": "main","#, 400, says: "malformed_body", "line 1"),
        Bad("malformed on line 3", "{\n\"session\": \"main\",\n\"event\": x}", 400, says: "malformed_body", "line 3"),
        Bad("empty", "", 400, says: "malformed_body", "empty"),
        Bad("an array of numbers", "[7]", 422, says: "not_an_event", "/0"),
        Bad("a number", "7", 422, says: "not_an_event"),
        Bad(
            "wrong types", #"{"session": "main", "event": 7, "data": {}}"#, 422, says: "not_an_event", "/event"),
        Bad(
            "messages that are none", #"{"session": "main", "event": "messages.upsert", "data": {"messages": 5}}"#, 422,
            says: "not_an_event", "/data/messages"),
        Bad(
            "depth 10,000",
            "{\"session\":\"main\",\"event\":\"messages.upsert\",\"data\":" + String(repeating: "[", count: depth)
                + String(repeating: "]", count: depth) + "}", 400, says: "malformed_body"),
        Bad(
            "a body of 50 MB", Array(#"{"session":""#.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 50 << 20),
            413,
            says: "too_large"),
        Bad("unknown source", path: "/in/bailys", good, 404, says: "/in/baileys"),
        Bad("no session", #"{"event": "messages.upsert", "data": {"messages": []}}"#, 422, says: "missing_session"),
        Bad("a session that is no id", path: "/in/baileys/a%20b", good, 422, says: "session"),
        Bad(
            "invalid UTF-8",
            Array(#"{"session":"main","event":"messages.upsert","x":""#.utf8) + [0xFF] + Array("\"}".utf8), 400,
            says: "malformed_body", "UTF-8"),
        Bad(
            "duplicate keys", #"{"session":"main","session":"other","event":"messages.upsert","data":{}}"#, 400,
            says: "malformed_body", "session"),
        Bad(
            "a native event without a type", path: "/in/native", #"{"sessionId":"main","payload":{}}"#, 422,
            says: "not_an_event", "event"),
    ]

    private static let webhooks: [(name: String, webhook: JSON, place: String)] = [
        (
            "CR/LF in a header", ["url": "https://example.com/", "headers": ["X-Team": "a\r\nX-Evil: 1"]],
            "/headers/X-Team"
        ),
        ("CR/LF in a name", ["url": "https://example.com/", "headers": ["X\r\nY": "a"]], "/headers/X"),
        ("cloud metadata", ["url": "http://169.254.169.254/latest/"], "/url"),
        ("a private address", ["url": "http://10.0.0.1/"], "/url"),
        ("a private address in disguise", ["url": "http://0x0a000001/"], "/url"),
        ("another scheme", ["url": "file:///etc/passwd"], "/url"),
        ("no address", ["url": "not an address"], "/url"),
    ]

    @Test func isRefusedClearlyChangesNothingAndStopsNothing() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()

        for bad in Self.documents {
            let answer = try await relay.call("POST", bad.path, raw: bad.body)
            #expect(answer.status == bad.status, "\(bad.name): \(answer.document.text)")
            #expect(answer.document["success"] == false, "\(bad.name)")
            for part in bad.says {
                #expect(answer.document.text.contains(part), "\(bad.name): \(answer.document.text)")
            }
            #expect(answer.document.text.utf8.count < 2000, "\(bad.name)")
        }
        // Every document that reached a source leaves a trace for the operator, without its secrets.
        let traces = try await relay.call("GET", "/api/v1/rejected-documents?limit=100")
        let kept = traces.document["data"]?.array ?? []
        let expected = Self.documents.filter { [400, 422].contains($0.status) && !$0.path.contains("%20") }
        #expect(kept.count == expected.count, "\(traces.document.text)")
        #expect(kept.allSatisfy { $0["reason"]?.string?.isEmpty == false })

        let sessions = try await relay.call("GET", "/api/v1/sessions")
        #expect(sessions.document["data"]?.array?.isEmpty == true, "\(sessions.document.text)")

        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        for (name, webhook, place) in Self.webhooks {
            let answer = try await relay.call("POST", "/api/v1/sessions/main/webhooks", webhook)
            #expect(answer.status == 422, "\(name): \(answer.document.text)")
            #expect(
                answer.document["error"]?["details"]?.text.contains(place) == true, "\(name): \(answer.document.text)")
        }
        let webhooks = try await relay.call("GET", "/api/v1/sessions/main/webhooks")
        #expect(webhooks.document["data"]?.array?.count == 1)
        #expect(try await relay.call("GET", "/api/v1/messages").document["data"]?.array?.isEmpty == true)
        #expect(receiver.requests.isEmpty)

        let process = relay.processID
        #expect(try await relay.call("POST", "/in/baileys", baileysText("M1")).status == 200)
        let request = try #require(try await receiver.next(count: 1).first)
        #expect(try JSON(parsing: request.body)["payload"]?["messageId"] == "M1")
        #expect(relay.processID == process)
        #expect(try await relay.call("GET", "/readyz").status == 200)
        try await relay.eventually("settled") { try await relay.count("delivered") == 1 }
    }
}

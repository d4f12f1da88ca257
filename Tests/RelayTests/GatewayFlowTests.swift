import Foundation
import RelayJSON
import RelayTesting
import Testing

/// The same message through a relay process, in the format of each gateway.
@Suite(.limitedConcurrency)
struct GatewayFlowTests {
    private static let formats = ["evolution", "evolution_go", "waha", "gowa", "cloud_api"]

    private static var configuration: String {
        RelayProcess.configuration().replacingOccurrences(
            of: "sources:\n",
            with: "sources:\n"
                + formats.map { format in
                    let auth =
                        format.hasPrefix("evolution") ? ", auth: { type: body, token: change-me }" : ""
                    return "  \(format): { transport: http, format: \(format)\(auth) }\n"
                }.joined()
        )
    }

    private func example(_ name: String) throws -> JSON {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try JSON(
            parsing: Array(Data(contentsOf: root.appendingPathComponent("examples/events/\(name).json"))))
    }

    @Test func everyGatewaysMessageArrivesInTheSameShape() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(configuration: Self.configuration)
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("demo", webhook: ["url": .string(receiver.url)])
        for format in Self.formats {
            let path = format == "cloud_api" ? "/in/cloud_api/demo" : "/in/\(format)"
            let answer = try await relay.call("POST", path, try example(format))
            #expect(answer.status == 200, "\(format): \(answer.document.text)")
            #expect(answer.document["data"]?["accepted"] == 1)
        }
        let requests = try await receiver.next(count: Self.formats.count)
        let payloads = try requests.map { try JSON(parsing: $0.body)["payload"] ?? .null }
        for payload in payloads {
            #expect(payload["chatId"] == "5511999999001@s.whatsapp.net")
            #expect(payload["contactName"] == "Maria Silva")
            #expect(payload["type"] == "text")
        }
        #expect(Set(payloads.compactMap { $0["content"]?["text"]?.string }).count == Self.formats.count)
        #expect(!requests.contains { $0.text.contains("change-me") }, "secrets of bodies go no further")
    }

    /// Receivers keep names in PostgreSQL, which has no NUL.
    @Test func namesArriveWithoutControlCharacters() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(configuration: Self.configuration)
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("demo", webhook: ["url": .string(receiver.url)])
        let escapes = #"\u0000\u0007\u202e\u2066\u009b"#
        for format in Self.formats + ["baileys", "native"] {
            let document = try example(format == "baileys" ? "text" : format).text
                .replacingOccurrences(of: "Maria Silva", with: "Maria\(escapes)\\nSilva")
                .replacingOccurrences(of: "\"Hello", with: "\"Hello\(escapes)")
            let path = format == "cloud_api" ? "/in/cloud_api/demo" : "/in/\(format)"
            let answer = try await relay.call("POST", path, raw: Array(document.utf8))
            #expect(answer.status == 200, "\(format): \(answer.document.text)")
        }
        let requests = try await receiver.next(count: Self.formats.count + 2)
        for request in requests {
            let payload = try JSON(parsing: request.body)["payload"] ?? .null
            #expect(payload["contactName"] == "Maria Silva")
            #expect(
                payload["content"]?["text"]?.string?.hasPrefix("Hello\0\u{7}\u{202E}") == true, "text stays as it is")
            #expect(!request.text.contains(#"Maria\u0000"#))
        }
        // What the relay itself keeps of them.
        let contacts = try await relay.call("GET", "/api/v1/contacts?session=demo")
        #expect(contacts.status == 200)
        #expect(contacts.document.text.contains("Maria Silva"))
        #expect(!contacts.document.text.contains(#"\u0000"#))
    }

    @Test func theSecretInTheBodyAndTheEventInTheAddress() async throws {
        let relay = try RelayProcess(configuration: Self.configuration)
        defer { relay.remove() }
        try await relay.start()
        let document = try example("evolution")
        var forged = document
        forged["apikey"] = "guessed"
        #expect(try await relay.call("POST", "/in/evolution", forged).status == 401)
        var bare = document
        bare["apikey"] = nil
        #expect(try await relay.call("POST", "/in/evolution", bare).status == 401)

        // As Evolution posts with "webhook by events": its name of the event is the last component of the path.
        let byEvent = try await relay.call("POST", "/in/evolution/messages-upsert", document)
        #expect(byEvent.document["data"]?["accepted"] == 1, "\(byEvent.document.text)")
        let again = try await relay.call("POST", "/in/evolution/demo/messages-upsert", document)
        #expect(again.document["data"]?["duplicates"] == 1, "the session is demo, both times")
        #expect(try await relay.call("POST", "/in/evolution/demo/nonsense", document).status == 404)
        #expect(try await relay.call("POST", "/in/waha/demo/messages-upsert", document).status == 404)
        let sessions = try await relay.call("GET", "/api/v1/sessions").document["data"]?.array ?? []
        #expect(sessions.map { $0["id"] } == ["demo"])
    }
}

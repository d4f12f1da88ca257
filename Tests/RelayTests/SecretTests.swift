import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Promise 9: a canary value is set in every option that contains credentials, and must not appear anywhere else.
@Suite(.limitedConcurrency)
struct SecretTests {
    private static let configured = "whsec_Y29uZmlndXJlZENhbmFyeTAxMjM0NTY3ODlhYmNk"
    private static let session = "whsec_c2Vzc2lvbkNhbmFyeTAxMjM0NTY3ODlhYmNkZWZn"
    private static let canaries = [
        configured, session, "configured-header-canary", "session-header-canary", "source-token-canary",
        RelayProcess.key,
    ]

    private static func configuration(_ receiver: ScriptedReceiver) -> String {
        RelayProcess.configuration(
            extra: """
                destinations:
                  crm:
                    type: webhook
                    url: "\(receiver.url)/crm"
                    secret: "\(configured)"
                    headers: { Authorization: "Bearer configured-header-canary" }
                logging: { level: trace }
                """
        ).replacingOccurrences(
            of: "native: { transport: http, format: native }",
            with: "native: { transport: http, format: native, auth: { type: bearer, token: source-token-canary } }"
        )
    }

    private func expectNone(in bytes: [UInt8], _ place: String) {
        let text = String(decoding: bytes, as: UTF8.self)
        for canary in Self.canaries where text.contains(canary) {
            Issue.record("\(canary) is in \(place)")
        }
    }

    @Test func secretsStandNowhereInTheClear() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        // Like receivers for debugging, it returns the request in the response.
        receiver.respond { request in
            .status(500, body: "no: " + request.headers.map { "\($0): \($1)" }.joined(separator: "; "))
        }
        let relay = try RelayProcess(
            configuration: Self.configuration(receiver),
            pipeline: RelayProcess.pipeline.replacingOccurrences(of: "[session]", with: "[session, crm]")
        )
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession(
            "main",
            webhook: [
                "url": .string(receiver.url + "/own"), "secret": .string(Self.session),
                "headers": ["X-Api-Key": "session-header-canary"],
            ]
        )
        for number in 1...2 { _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)")) }
        let wrong = try await relay.call(
            "POST",
            "/in/native",
            ["sessionId": "main"],
            headers: [("Authorization", "Bearer wrong-source-token-canary")]
        )
        #expect(wrong.status == 401)
        try await relay.eventually("dead letters") { try await relay.count("dead") == 4 }

        let sent = receiver.requests.map { request in request.headers.map { "\($0): \($1)" }.joined(separator: "\n") }
        #expect(sent.contains { $0.contains("session-header-canary") }, "the receiver does get its header")
        #expect(sent.contains { $0.contains("configured-header-canary") })

        var paths = [
            "sessions", "sessions/main", "sessions/main/webhooks", "deliveries", "dead-letters", "destinations",
            "destinations/crm", "pipelines", "messages", "nodes", "sessions/main/webhook/events",
        ]
        let letters = try await relay.call("GET", "/api/v1/dead-letters").document["data"]?.array ?? []
        #expect(letters.count == 4)
        let one = try await relay.call("GET", "/api/v1/dead-letters/\(letters[0]["id"]?.string ?? "")").document
        #expect(one["data"]?["attempts"]?[0]?["response"]?.string?.hasPrefix("no: ") == true, "the answer is kept")
        paths += letters.compactMap { $0["id"]?.string.map { "dead-letters/\($0)" } }
        paths += letters.compactMap { $0["id"]?.string.map { "deliveries/\($0)" } }
        for path in paths {
            let answer = try await relay.call("GET", "/api/v1/\(path)")
            #expect(answer.status == 200, "\(path)")
            expectNone(in: answer.document.bytes, "GET /api/v1/\(path)")
        }
        let test = try await relay.call("POST", "/api/v1/destinations/crm/test")
        expectNone(in: test.document.bytes, "the test of a destination")
        let reload = try await relay.call("POST", "/api/v1/reload")
        #expect(reload.status == 200)
        expectNone(in: reload.document.bytes, "the answer of a reload")

        // Checked while the relay runs, so that the write-ahead log is included.
        let data = relay.folder.appendingPathComponent("data")
        let files = try FileManager.default.contentsOfDirectory(atPath: data.path).sorted()
        #expect(files.contains("zaphub.db"))
        #expect(files.contains("zaphub.db-wal"))
        for file in files where file != "media" {
            expectNone(in: try [UInt8](Data(contentsOf: data.appendingPathComponent(file))), file)
        }
        try await relay.end()
        expectNone(in: Array(relay.log.utf8), "the log")
        expectNone(in: try [UInt8](Data(contentsOf: relay.folder.appendingPathComponent("output.txt"))), "the output")
    }

    /// The key file and all other files that the relay creates are accessible only to their owner.
    @Test func filesAreTheOwnersAlone() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let data = relay.folder.appendingPathComponent("data")
        for file in try FileManager.default.contentsOfDirectory(atPath: data.path) {
            let attributes = try FileManager.default.attributesOfItem(atPath: data.appendingPathComponent(file).path)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
            #expect(mode & 0o077 == 0, "\(file) has mode \(String(mode, radix: 8))")
        }
    }
}

import Foundation
import RelayJSON
import RelayTesting
import Testing

/// `zaphub nodes`.
@Suite(.limitedConcurrency)
struct NodesCommandTests {
    private func zaphub(_ arguments: [String], at url: String) async throws -> (status: Int32, text: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let child = try ChildProcess(
            RelayProcess.program.path, arguments,
            environment: ["ZAPHUB_URL": url, "ZAPHUB_API_KEY": RelayProcess.key],
            output: folder.appendingPathComponent("out").path,
            errors: folder.appendingPathComponent("err").path
        )
        return (try await child.end(), child.text + child.errorText)
    }

    /// A relay that answers with two nodes.
    private func twoNodes() throws -> ScriptedReceiver {
        let nodes: JSON = [
            [
                "number": 7, "name": "relay-1", "is_this": true, "state": "active", "version": "0.1.0",
                "seen_at": "2026-11-24T01:00:00.512Z", "share_percent": 51.6, "queued": 12, "in_flight": 3,
                "lag_ms": 1250, "warnings": [],
            ],
            [
                "number": 8, "name": "relay-2", "is_this": false, "state": "draining", "version": "0.2.0",
                "seen_at": "2026-11-24T01:00:00.007Z", "share_percent": 0, "queued": 0, "in_flight": 1,
                "lag_ms": nil, "warnings": ["It runs zaphub 0.2.0.", "Its configuration is another."],
            ],
        ]
        let body: JSON = ["success": true, "data": nodes]
        return try ScriptedReceiver(
            default: .status(200, headers: [("Content-Type", "application/json")], body: body.text))
    }

    @Test func theTableHasEveryNodeAndTheWarnings() async throws {
        let relay = try twoNodes()
        defer { relay.stop() }
        let shown = try await zaphub(["nodes"], at: relay.url)
        #expect(shown.status == 0)
        #expect(
            shown.text == """
                NODE            STATE     VERSION  SHARE   QUEUED  IN FLIGHT  LAG    SEEN
                relay-1 (this)  active    0.1.0    51.6 %  12      3          1.2 s  2026-11-24T01:00:00.512Z
                relay-2         draining  0.2.0    0.0 %   0       1          -      2026-11-24T01:00:00.007Z

                Warning: relay-2: It runs zaphub 0.2.0.
                Warning: relay-2: Its configuration is another.

                """)
        let request = try #require(relay.requests.first)
        #expect(request.method == "GET" && request.path == "/api/v1/nodes")
    }

    @Test func theAnswerIsPrintedAsJSON() async throws {
        let relay = try twoNodes()
        defer { relay.stop() }
        let shown = try await zaphub(["nodes", "--json"], at: relay.url)
        #expect(try JSON(parsing: shown.text)["data"]?[1]?["name"] == "relay-2")
    }

    @Test func aRelayOnSQLiteIsTheOnlyNode() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let nodes = try await relay.call("GET", "/api/v1/nodes").document["data"]?.array ?? []
        let configuration = try await relay.call("GET", "/api/v1/config").document["data"]
        #expect(nodes.count == 1)
        #expect(nodes.first?["configuration_hash"] == configuration?["hash"])
        #expect(nodes.first?["share_percent"] == 100 && nodes.first?["is_this"] == true)
        let shown = try await zaphub(["nodes"], at: relay.url)
        #expect(shown.status == 0)
        #expect(shown.text.contains("(this)") && shown.text.contains("100.0 %"), "\(shown.text)")
        #expect(!shown.text.contains("Warning"), "\(shown.text)")
    }
}

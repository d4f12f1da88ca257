import Foundation
import RelayJSON
import RelayTesting
import Testing

/// A relay process that writes lines to a file, and to standard output, which contains nothing else.
@Suite(.limitedConcurrency)
struct LineFlowTests {
    private static func configuration(rotation: String = "") -> String {
        RelayProcess.configuration(
            extra: """
                destinations:
                  archive: { type: file, path: archive/events.ndjson\(rotation) }
                """
        )
    }

    private static let pipeline = "stages:\n  - deliver: [archive]\n"

    private func messages(_ relay: RelayProcess) -> [String] {
        let folder = relay.folder.appendingPathComponent("archive")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.flatMap { name in
            let text = (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
            return text.split(separator: "\n").map { line in
                (try? JSON(parsing: String(line)))?["payload"]?["messageId"]?.string ?? "torn: \(line)"
            }
        }
    }

    private func post(_ numbers: ClosedRange<Int>, to relay: RelayProcess) async throws {
        try await withThrowingTaskGroup { group in
            for number in numbers {
                group.addTask {
                    let body = baileysText("M\(number)", chat: "55119999\(number % 7)")
                    let answer = try await relay.call("POST", "/in/baileys", body)
                    #expect(answer.status == 200)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Promise 2, and in addition for files: no incomplete lines, however the process ends or the configuration is
    /// replaced.
    @Test func linesAreWholeAndCompleteAcrossReloadsAndAKill() async throws {
        let relay = try RelayProcess(configuration: Self.configuration(), pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        try await post(1...60, to: relay)
        try Self.configuration(rotation: ", max_size: 20KiB, keep: 1000").write(
            to: relay.folder.appendingPathComponent("config.yaml"), atomically: true, encoding: .utf8)
        async let posted: Void = post(61...120, to: relay)
        let answer = try await relay.call("POST", "/api/v1/reload")
        #expect(answer.status == 200, "\(answer.document.text)")
        try await posted
        try await post(121...150, to: relay)
        try await relay.end(SIGKILL)

        try await relay.start()
        try await post(151...160, to: relay)
        let expected = Set((1...160).map { "M\($0)" })
        try await relay.eventually("every message is in a file") { expected.isSubset(of: messages(relay)) }
        #expect(Set(messages(relay)) == expected, "nothing torn, nothing else")
        #expect(try await relay.count("dead") == 0)
        try await relay.end()
    }

    @Test func standardOutputHasTheLinesAndNothingElse() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zaphub-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("pipelines"), withIntermediateDirectories: true)
        let event = """
            {"event":"message.received","sessionId":"main","payload":{"messageId":"A1","chatId":"1@s.whatsapp.net"}}

            """
        for (name, text) in [
            "events.ndjson": event,
            "pipelines/default.yaml": "stages:\n  - deliver: [lines]\n",
            "config.yaml": """
            server: { listen: 127.0.0.1:0 }
            sources: { events: { transport: file, format: native, path: events.ndjson } }
            destinations: { lines: { type: stdout } }
            """,
        ] {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        let child = try ChildProcess(
            RelayProcess.program.path,
            ["serve", "--config", folder.appendingPathComponent("config.yaml").path],
            output: folder.appendingPathComponent("output").path,
            errors: folder.appendingPathComponent("errors").path
        )
        defer { child.kill() }
        _ = try await child.line(after: "\"A1\"")
        child.signal(SIGTERM)
        #expect(try await child.end() == 0)
        let lines = child.text.split(separator: "\n")
        #expect(lines.count == 1, "\(child.text)\n\(child.errorText)")
        #expect(try JSON(parsing: String(lines[0]))["payload"]?["messageId"] == "A1")
        #expect(child.errorText.contains("API key"), "what people need to know is on standard error")
    }
}

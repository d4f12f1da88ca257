import Foundation
import RelayJSON
import RelayTesting
import Testing

/// A process that has no file descriptor for a request.
@Suite(.limitedConcurrency)
struct DescriptorShortageTests {
    /// Sets the soft limit of the relay's open files.
    private func limit(_ relay: RelayProcess, to count: Int) async throws {
        let setter = try ChildProcess(
            "/usr/bin/prlimit", ["--pid", "\(relay.processID)", "--nofile=\(count):"], environment: [:],
            output: relay.folder.appendingPathComponent("prlimit.out").path,
            errors: relay.folder.appendingPathComponent("prlimit.err").path
        )
        try #require(try await setter.end() == 0, "\(setter.errorText)")
    }

    /// The soft and the hard limit of the relay's open files.
    private func limits(of relay: RelayProcess) throws -> [Int] {
        let text = try String(contentsOfFile: "/proc/\(relay.processID)/limits", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        return try #require(line).split(separator: " ").compactMap { Int($0) }
    }

    @Test func aShortageCostsNoAttempt() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let webhook = try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        _ = try await relay.call("POST", "/api/v1/destinations/\(webhook.id)/pause")
        for number in 1...20 {
            let chat = "5511999990\(100 + number)"
            _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)", chat: chat))
        }
        try await relay.eventually("all are queued") { try await relay.count("queued") == 20 }
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(relay.processID)/fd").count
        // Too few descriptors are free for all requests. One may be needed to ask the relay.
        try await limit(relay, to: open + 2)
        _ = try await relay.call("POST", "/api/v1/destinations/\(webhook.id)/resume")
        try await relay.eventually("requests that could not leave") {
            // The requests may have them all for a moment.
            let answer = try? await relay.call("GET", "/api/v1/deliveries")
            let page = answer?.document["data"]?.array ?? []
            return page.contains { $0["last_error"]?.string?.contains("this machine") == true }
        }
        try await limit(relay, to: 1024)
        try await relay.eventually("all delivered") { try await relay.count("delivered") == 20 }
        let page = try await relay.call("GET", "/api/v1/deliveries").document["data"]?.array ?? []
        #expect(page.allSatisfy { $0["attempt_count"] == 1 })
        #expect(receiver.requests.count == 20)
    }

    @Test func theLimitIsRaisedAtTheStart() async throws {
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let limits = try limits(of: relay)
        #expect(limits.count == 2)
        #expect(limits[0] == min(limits[1], 262_144))
    }
}

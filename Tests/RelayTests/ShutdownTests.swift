import Foundation
import RelayJSON
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct ShutdownTests {
    @Test func aSecondSignalEndsAtOnceAndLosesNothing() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        defer { receiver.stop() }
        let relay = try RelayProcess(
            configuration: RelayProcess.configuration(delivery: "shutdown_grace: 10m")
        )
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url), "timeout_ms": 120_000])
        _ = try await relay.call("POST", "/in/baileys", baileysText("M1"))
        let sent = try #require(try await receiver.next(count: 1).first)

        relay.signal(SIGTERM)
        try await relay.eventually("it drains") { relay.log.contains("Draining") }
        #expect(try await relay.end(SIGTERM) == 130)
        #expect(relay.log.contains("Second signal"))

        receiver.respond { _ in .status(200) }
        try await relay.start()
        try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
        let again = try #require(receiver.requests.last)
        #expect(receiver.requests.count == 2, "what was under way is sent again, once")
        #expect(again.body == sent.body)
        #expect(again.header("x-zaphub-delivery") == sent.header("x-zaphub-delivery"))
    }
}

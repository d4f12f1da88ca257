import RelayJSON
import RelayTesting
import Testing

/// What an operator's pause and resume do to a destination that is disabled as well.
@Suite(.limitedConcurrency)
struct PauseFlowTests {
    @Test func resumingDoesNotEndTheAbsenceOfADisabledWebhook() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(configuration: RelayProcess.configuration())
        defer { relay.remove() }
        try await relay.start()
        let key = try await relay.addSession("main", webhook: ["url": .string(receiver.url)]).id
        func change(_ enabled: Bool) async throws {
            let path = "/api/v1/sessions/main/webhooks/\(key)"
            #expect(try await relay.call("PATCH", path, ["enabled": .bool(enabled)]).status == 200)
        }
        func post(_ action: String) async throws -> RelayProcess.Answer {
            try await relay.call("POST", "/api/v1/destinations/\(key)/\(action)")
        }
        func pause() async throws -> JSON? {
            let list = try await relay.call("GET", "/api/v1/destinations").document["data"]?.array ?? []
            return list.first { $0["key"]?.string == key }?["pause"]
        }

        // What waits makes it a pause that is kept.
        receiver.respond { _ in .status(500) }
        _ = try await relay.call("POST", "/in/baileys", baileysText("M1"))
        try await relay.eventually("an attempt") { !receiver.requests.isEmpty }
        try await change(false)
        try await relay.eventually("the pause is kept") { try await pause()?["since"]?.string != nil }
        let since = try await pause()?["since"]
        let refused = try await post("resume")
        #expect(refused.status == 409, "\(refused.document)")
        #expect(refused.document.text.contains("enabled"), "\(refused.document)")
        #expect(try await pause()?["since"] == since)

        // A pause by an operator ends; the absence stays.
        #expect(try await post("pause").status == 200)
        let manual = try await pause()
        #expect(manual?["reason"] == "manual")
        #expect(try await post("pause").status == 200)
        #expect(try await pause()?["since"] == manual?["since"], "a second pause is the same one")
        #expect(try await post("resume").status == 200)
        #expect(try await pause()?["reason"] != "manual")
        #expect(try await pause()?["since"]?.string != nil)

        receiver.respond { _ in .status(200) }
        try await change(true)
        try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
    }
}

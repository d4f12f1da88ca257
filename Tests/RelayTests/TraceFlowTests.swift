import Foundation
import RelayJSON
import RelayTesting
import Testing

/// The trace that a relay process recorded of an event, over REST and as text.
@Suite(.limitedConcurrency)
struct TraceFlowTests {
    private static let pipeline = """
        stages:
          - persist
          - switch:
              - case: .payload.isGroup
                stages: [drop]
          - media: {}
            on_error: raw_media
          - filter: { drop: '.payload.content.text == "drop me"' }
          - sign: standard_webhooks
          - deliver: [session]
        """

    private func run(_ body: (RelayProcess, ScriptedReceiver) async throws -> Void) async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline)
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        try await body(relay, receiver)
    }

    private func post(_ document: JSON, to relay: RelayProcess) async throws -> String {
        let answer = try await relay.call("POST", "/in/baileys", document)
        return try #require(answer.document["data"]?["events"]?[0]?["id"]?.string)
    }

    private func zaphub(_ arguments: [String], at relay: RelayProcess) async throws -> (status: Int32, text: String) {
        let name = UUID().uuidString
        let child = try ChildProcess(
            RelayProcess.program.path, arguments,
            environment: ["ZAPHUB_URL": relay.url, "ZAPHUB_API_KEY": RelayProcess.key],
            output: relay.folder.appendingPathComponent("\(name).out").path,
            errors: relay.folder.appendingPathComponent("\(name).err").path
        )
        return (try await child.end(), child.text + child.errorText)
    }

    @Test func aTraceNamesTheDestinationsThatLeaveTheEventOut() async throws {
        try await run { relay, receiver in
            let webhooks = try await relay.call("GET", "/api/v1/sessions/main/webhooks").document["data"]
            let webhook = try #require(webhooks?[0]?["id"]?.string)
            let changed = try await relay.call(
                "PATCH", "/api/v1/sessions/main/webhooks/\(webhook)", ["criteria": ["chats": ["group"]]])
            #expect(changed.status == 200)
            let id = try await post(baileysText("M1"), to: relay)
            try await relay.eventually("it is processed") {
                try await relay.call("GET", "/api/v1/events/\(id)/trace").document["data"]?["state"] == "processed"
            }
            let trace = try await relay.call("GET", "/api/v1/events/\(id)/trace").document["data"]
            let step = trace?["runs"]?[0]?["pipelines"]?[0]?["steps"]?.array?.last
            #expect(step?["stage"] == "deliver")
            #expect(
                step?["left_out"] == [
                    ["destination": .string(webhook), "reason": "criteria.chats: the chat is private"]
                ])
            #expect(step?["left_out_count"] == 1)
            let shown = try await zaphub(["trace", id], at: relay)
            #expect(shown.text.contains("not to \(webhook)  criteria.chats: the chat is private"), "\(shown.text)")
            #expect(shown.text.contains("no delivery was planned"))
        }
    }

    @Test func aDeadLettersTraceHasEveryStageAndAttemptAndTheReplay() async throws {
        try await run { relay, receiver in
            receiver.respond { _ in .status(500) }
            let id = try await post(baileysText("M1"), to: relay)
            try await relay.eventually("a dead letter") { try await relay.count("dead") == 1 }
            let trace = try await relay.call("GET", "/api/v1/events/\(id)/trace").document["data"]
            #expect(trace?["state"] == "processed")
            #expect(trace?["source"] == "baileys")
            let steps = trace?["runs"]?[0]?["pipelines"]?[0]?["steps"]?.array ?? []
            #expect(
                steps.map { "\($0["stage"]?.string ?? "") \($0["outcome"]?.string ?? "")" } == [
                    "persist next", "switch case", "media next", "filter next", "sign next", "deliver next",
                ])
            #expect(steps.last?["deliveries"] == 1)
            let configuration = try await relay.call("GET", "/api/v1/config").document["data"]
            #expect(trace?["runs"]?[0]?["configuration"] == configuration?["hash"])
            let delivery = trace?["deliveries"]?[0]
            #expect(delivery?["state"] == "dead")
            let attempts = delivery?["attempts"]?.array ?? []
            #expect(attempts.map { $0["status"] } == [500, 500, 500])
            #expect(attempts.map { $0["next"]?["state"] } == ["retry", "retry", "dead"])
            #expect(attempts[0]["next"]?["at"] == attempts[1]["started_at"])

            receiver.respond { _ in .status(200) }
            _ = try await relay.call("POST", "/api/v1/dead-letters/replay", ["all": true])
            try await relay.eventually("delivered") { try await relay.count("delivered") == 1 }
            let name = try #require(delivery?["id"]?.string)
            let told = try await zaphub(["trace", name], at: relay)
            #expect(told.status == 0, "\(told.text)")
            for words in [
                id, "from baileys; all over ", "switch   ", "no case was true", "planned 1 delivery", "delivered after",
                "4 attempts", "#4  after", "Webhook returned status 500",
            ] {
                #expect(told.text.contains(words), "\(words) in:\n\(told.text)")
            }
        }
    }

    @Test func aTraceTellsWhyAnEventWentNowhere() async throws {
        try await run { relay, _ in
            let id = try await post(baileysText("M1", text: "drop me"), to: relay)
            try await relay.eventually("it is processed") {
                try await relay.call("GET", "/api/v1/events/\(id)/trace").document["data"]?["state"] == "processed"
            }
            let told = try await zaphub(["trace", id], at: relay)
            #expect(told.text.contains("DROPPED: "), "\(told.text)")
            #expect(told.text.contains("no delivery was planned"))
            let json = try await zaphub(["trace", id, "--format", "json"], at: relay)
            #expect(try JSON(parsing: json.text)["runs"]?[0]?["pipelines"]?[0]?["pipeline"] == "default")
        }
    }

    /// A 410, a pause and an earlier delivery are told over REST and on the command line, and a release at a rate.
    @Test func whatIsQueuedSaysWhyItWaits() async throws {
        try await run { relay, receiver in
            receiver.respond { _ in .status(410) }
            let first = try await post(baileysText("M1"), to: relay)
            try await relay.eventually("it is gone") {
                try await relay.call("GET", "/api/v1/destinations").document["data"]?[0]?["state"] == "gone"
            }
            let second = try await post(baileysText("M2"), to: relay)
            try await relay.eventually("both are queued") { try await relay.count("queued") == 2 }
            let page = try await relay.call("GET", "/api/v1/deliveries").document["data"]?.array ?? []
            #expect(page.map { $0["waits_for"]?["reason"] } == ["gone", "gone"])
            #expect(page[0]["waits_for"]?["delivery_id"] == page[1]["id"])
            #expect(page[1]["waits_for"]?["delivery_id"]?.isNull == true)
            let told = try await zaphub(["trace", first], at: relay)
            #expect(told.text.contains("because it answered 410"), "\(told.text)")
            #expect(!told.text.contains("again at"), "\(told.text)")
            #expect(try await zaphub(["trace", second], at: relay).text.contains("because it answered 410"))
            #expect(try await zaphub(["deliveries"], at: relay).text.contains("because it answered 410"))

            let destinations = try await zaphub(["destinations"], at: relay)
            #expect(destinations.text.contains("holds 2 since 20"), "\(destinations.text)")
            let key = try #require(page[0]["destination"]?.string)
            let held = try await relay.call("GET", "/api/v1/destinations/\(key)").document["data"]?["pause"]
            #expect(held?["reason"] == "gone")
            #expect(held?["held"] == 2)
            #expect(held?["since"]?.string != nil)

            receiver.respond { _ in .status(500, headers: [("Retry-After", "7")]) }
            let resumed = try await zaphub(["destinations", "resume", key, "--rate", "1/h"], at: relay)
            #expect(resumed.status == 0 && resumed.text.contains("at 1/h"), "\(resumed.text)")
            try await relay.eventually("an attempt that asks for time") {
                let trace = try await relay.call("GET", "/api/v1/events/\(first)/trace").document["data"]
                return trace?["deliveries"]?[0]?["attempts"]?[1]?["retry_after_ms"] == 7000
            }
            let wrong = try await relay.call("POST", "/api/v1/destinations/\(key)/resume", ["rate": "often"])
            #expect(wrong.status == 422)
            receiver.respond { _ in .status(200) }
            _ = try await zaphub(["destinations", "pause", key], at: relay)
            #expect(try await zaphub(["trace", second], at: relay).text.contains("the destination is paused since"))
            _ = try await zaphub(["destinations", "resume", key], at: relay)
            _ = try await relay.call("POST", "/api/v1/deliveries/\(page[1]["id"]?.string ?? "")/retry")
            try await relay.eventually("both are delivered") { try await relay.count("delivered") == 2 }
        }
    }

    @Test func anUnknownIDSaysWhatToDo() async throws {
        try await run { relay, _ in
            let unknown = try await zaphub(["trace", "evt_1m85e009f0000"], at: relay)
            #expect(unknown.status != 0)
            #expect(unknown.text.contains("past store.retention"), "\(unknown.text)")
            let wrong = try await zaphub(["trace", "M1"], at: relay)
            #expect(wrong.text.contains("give evt_ and 13 letters, or a deliveryId"), "\(wrong.text)")
        }
    }

    @Test func tapPrintsLinesAndDocumentsAndSaysThatTheRelayWentAway() async throws {
        try await run { relay, _ in
            var environment = ["ZAPHUB_URL": relay.url, "ZAPHUB_API_KEY": RelayProcess.key]
            environment["TERM"] = "xterm"
            func tap(_ name: String, _ arguments: [String]) throws -> ChildProcess {
                try ChildProcess(
                    RelayProcess.program.path, ["tap"] + arguments, environment: environment,
                    output: relay.folder.appendingPathComponent("\(name).out").path,
                    errors: relay.folder.appendingPathComponent("\(name).err").path
                )
            }
            let pretty = try tap("pretty", ["default.sign", "--point", "after", "--limit", "1"])
            let json = try tap("json", ["--point", "attempt", "--format", "json", "--limit", "1"])
            let endless = try tap("endless", ["--point", "accepted"])
            var count = 0
            try await relay.eventually("all three have seen something") {
                count += 1
                _ = try await post(baileysText("M\(count)"), to: relay)
                return !pretty.text.isEmpty && !json.text.isEmpty && !endless.text.isEmpty
            }
            #expect(try await pretty.end() == 0)
            let lines = pretty.text.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines[0].contains("  after     evt_"))
            #expect(lines[0].contains("default.sign"))
            #expect(lines[1].contains(#""text":"oi""#))
            #expect(!pretty.text.contains("\u{1B}"), "colours are for terminals")
            #expect(try await json.end() == 0)
            #expect(try JSON(parsing: json.text.split(separator: "\n").first.map(String.init) ?? "")["status"] == 200)
            try await relay.end(SIGTERM)
            #expect(try await endless.end() != 0)
            #expect(endless.errorText.contains("shutting down"), "\(endless.errorText)")
        }
    }
}

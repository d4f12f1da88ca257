import Dispatch
import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Reloads the configuration of a relay process, by SIGHUP and over REST.
@Suite(.limitedConcurrency)
struct ReloadTests {
    private static func configuration(crm: ScriptedReceiver, mistake: String = "") -> String {
        RelayProcess.configuration(
            extra: """
                destinations:
                  crm: { type: webhook, url: "\(crm.url)/crm"\(mistake) }
                """
        )
    }

    private static func pipeline(deliver: String) -> String {
        """
        stages:
          - deliver: [\(deliver)]
        """
    }

    private func write(_ relay: RelayProcess, configuration: String, pipeline: String) throws {
        try Data(configuration.utf8).write(to: relay.folder.appendingPathComponent("config.yaml"))
        try Data(pipeline.utf8).write(to: relay.folder.appendingPathComponent("pipelines/default.yaml"))
    }

    private func post(_ message: String, to relay: RelayProcess) async throws {
        #expect(try await relay.call("POST", "/in/baileys", baileysText(message)).status == 200)
    }

    private func messages(_ receiver: ScriptedReceiver) -> [String] {
        receiver.requests.compactMap { (try? JSON(parsing: $0.body))?["payload"]?["messageId"]?.string }
    }

    @Test(arguments: ["SIGHUP", "REST"])
    func aGoodConfigurationIsTakenOverAndAWrongOneIsNot(method: String) async throws {
        let own = try ScriptedReceiver()
        let crm = try ScriptedReceiver()
        defer {
            own.stop()
            crm.stop()
        }
        let relay = try RelayProcess(pipeline: Self.pipeline(deliver: "session"))
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(own.url)])
        try await post("M1", to: relay)
        _ = try await own.next(count: 1)

        // A destination is added.
        try write(relay, configuration: Self.configuration(crm: crm), pipeline: Self.pipeline(deliver: "session, crm"))
        if method == "REST" {
            let answer = try await relay.call("POST", "/api/v1/reload")
            #expect(answer.status == 200, "\(answer.document.text)")
            #expect(answer.document["data"]?["generation"] == 2)
        } else {
            relay.signal(SIGHUP)
            try await relay.eventually("it reloads") { relay.log.contains("Configuration reloaded") }
        }
        try await post("M2", to: relay)
        _ = try await crm.next(count: 1)
        _ = try await own.next(count: 2)
        #expect(crm.requests[0].path == "/crm")

        // Both files have mistakes: all are reported, and nothing changes.
        try write(
            relay,
            configuration: Self.configuration(crm: crm, mistake: ", max_in_flite: 3"),
            pipeline: "stages:\n  - deliver: [session, crn]\n"
        )
        if method == "REST" {
            let answer = try await relay.call("POST", "/api/v1/reload")
            #expect(answer.status == 422)
            #expect(answer.document["error"]?["message"]?.string?.hasSuffix("the old one stays in use.") == true)
            let details = answer.document["error"]?["details"]?.text ?? ""
            #expect(details.contains("config.yaml:18:"), "\(details)")
            #expect(details.contains("max_in_flight"), "\(details)")
            #expect(details.contains("pipelines/default.yaml:2:"), "\(details)")
        } else {
            relay.signal(SIGHUP)
            try await relay.eventually("it says no") { relay.log.contains("the old one stays in use") }
            #expect(relay.log.contains("config.yaml:18:"))
        }
        try await post("M3", to: relay)
        _ = try await crm.next(count: 2)
        _ = try await own.next(count: 3)
        #expect(messages(own) == ["M1", "M2", "M3"])
        #expect(messages(crm) == ["M2", "M3"])
    }

    /// Queues three messages that a destination did not accept, and removes the destination.
    private func park(_ crm: ScriptedReceiver, _ body: (RelayProcess) async throws -> Void) async throws {
        let configuration = Self.configuration(crm: crm, mistake: ", retry: patient")
        let relay = try RelayProcess(configuration: configuration, pipeline: Self.pipeline(deliver: "crm"))
        defer { relay.remove() }
        try await relay.start()
        for message in ["M1", "M2", "M3"] { try await post(message, to: relay) }
        _ = try await crm.next(count: 1)
        // The pipeline may still have the last events when the first delivery arrives.
        try await relay.eventually("all are queued") { try await relay.count("queued", "in_flight") == 3 }
        try write(relay, configuration: RelayProcess.configuration(), pipeline: Self.pipeline(deliver: "session"))
        let answer = try await relay.call("POST", "/api/v1/reload")
        #expect(answer.status == 200)
        let warnings = answer.document["data"]?["warnings"]?.text ?? ""
        #expect(warnings.contains("3 deliveries wait for the destination \\\"crm\\\""), "\(warnings)")
        #expect(warnings.contains("zaphub deliveries cancel --destination crm"), "\(warnings)")
        #expect(relay.log.contains("Deliveries wait for a destination that is gone"))
        try await relay.eventually("nothing is under way") { try await relay.count("queued") == 3 }
        let gone = try await relay.call("GET", "/api/v1/destinations/crm").document["data"]
        #expect(gone?["state"] == "removed")
        #expect(gone?["counts"]?["queued"] == 3)
        #expect(gone?["help"]?.string?.contains("same name") == true)
        try await body(relay)
    }

    @Test func whatIsQueuedToADestinationThatGoesWaitsForItsReturn() async throws {
        let crm = try ScriptedReceiver(default: .status(503))
        defer { crm.stop() }
        try await park(crm) { relay in
            // A start also reports them.
            try await relay.end()
            try await relay.start()
            #expect(relay.output.contains("parked     3 deliveries wait for the destination \"crm\""))
            let failed = crm.requests.count
            crm.respond { _ in .status(200) }
            try write(
                relay,
                configuration: Self.configuration(crm: crm, mistake: ", retry: patient"),
                pipeline: Self.pipeline(deliver: "crm")
            )
            let answer = try await relay.call("POST", "/api/v1/reload")
            #expect(answer.document["data"]?["warnings"]?.text.contains("gone") == false)
            try await relay.eventually("delivered") { try await relay.count("delivered") == 3 }
            #expect(try await relay.count("queued") == 0)
            #expect(Array(messages(crm).dropFirst(failed)) == ["M1", "M2", "M3"])
        }
    }

    @Test func whatIsQueuedToADestinationThatGoesCanBeCancelled() async throws {
        let crm = try ScriptedReceiver(default: .status(503))
        defer { crm.stop() }
        try await park(crm) { relay in
            let cancel = try await relay.command("deliveries", "cancel", "--destination", "crm")
            #expect(cancel.status == 0)
            #expect(cancel.output == "3 cancelled\n")
            #expect(try await relay.count("cancelled") == 3)
            #expect(try await relay.count("queued") == 0)
            let gone = try await relay.call("GET", "/api/v1/destinations/crm").document["data"]
            #expect(gone?["help"] == JSON.null)
            let again = try await relay.call("DELETE", "/api/v1/destinations/crm/queued")
            #expect(again.document["data"] == ["cancelled": 0])
            #expect(try await relay.call("DELETE", "/api/v1/destinations/crn/queued").status == 404)
            let answer = try await relay.call("POST", "/api/v1/reload")
            #expect(answer.document["data"]?["warnings"]?.text.contains("gone") == false)
        }
    }

    /// Deliveries in flight end with the old settings; queued ones use the new settings.
    @Test func queuedDeliveriesFollowTheNewSettings() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let isReloaded = DispatchSemaphore(value: 0)
        crm.respond { request in
            if request.index == 0, isReloaded.wait(timeout: .now() + 600) == .timedOut { return .reset }
            return .status(200)
        }
        let relay = try RelayProcess(
            configuration: Self.configuration(crm: crm, mistake: ", timeout: 600s"),
            pipeline: Self.pipeline(deliver: "crm")
        )
        defer { relay.remove() }
        try await relay.start()
        for message in ["M1", "M2", "M3"] { try await post(message, to: relay) }
        _ = try await crm.next(count: 1)
        let moved = Self.configuration(crm: crm).replacing("/crm\"", with: "/new\", headers: { X-New: \"1\" }")
        try write(relay, configuration: moved, pipeline: Self.pipeline(deliver: "crm"))
        #expect(try await relay.call("POST", "/api/v1/reload").status == 200)
        isReloaded.signal()
        try await relay.eventually("delivered") { try await relay.count("delivered") == 3 }
        #expect(crm.requests.map(\.path) == ["/crm", "/new", "/new"])
        #expect(crm.requests.map { $0.header("x-new") } == [nil, "1", "1"])
        #expect(messages(crm) == ["M1", "M2", "M3"])
    }

    @Test func aWatchedConfigurationIsTakenOverByItself() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline(deliver: "session"), arguments: ["--watch"])
        defer { relay.remove() }
        try await relay.start()
        func status() async throws -> JSON {
            try await relay.call("GET", "/api/v1/config").document["data"] ?? .null
        }
        let before = try await status()
        #expect(before["generation"] == 1)
        #expect(before["last_error"]?.isNull == true)

        try write(relay, configuration: Self.configuration(crm: crm), pipeline: Self.pipeline(deliver: "crm"))
        try await relay.eventually("it is taken over") { try await status()["generation"] == 2 }
        try await post("M1", to: relay)
        _ = try await crm.next(count: 1)
        let after = try await status()
        #expect(after["hash"] != before["hash"])
        #expect(after["configuration"]?["destinations"]?["crm"]?["url"]?.string == crm.url + "/crm")

        try write(relay, configuration: Self.configuration(crm: crm), pipeline: Self.pipeline(deliver: "crn"))
        try await relay.eventually("it is refused") { try await status()["last_error"]?.isNull == false }
        let refused = try await status()
        #expect(refused["generation"] == 2)
        #expect(refused["hash"] == after["hash"])
        #expect(refused["last_error"]?["mistakes"]?.text.contains("did you mean") == true)
    }

    /// A reload replaces everything at once: an event accepted under one generation is delivered exactly once under
    /// another.
    @Test func aHundredReloadsUnderLoadLoseAndDoubleNothing() async throws {
        let own = try ScriptedReceiver()
        defer { own.stop() }
        let relay = try RelayProcess(pipeline: Self.pipeline(deliver: "session"))
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(own.url)])
        let posted = 400
        try await withThrowingTaskGroup { group in
            group.addTask {
                for number in 0..<posted {
                    let chat = "55119999990\(number % 10 + 10)"
                    let answer = try await relay.call("POST", "/in/baileys", baileysText("M\(number)", chat: chat))
                    #expect(answer.status == 200)
                }
            }
            for number in 0..<100 {
                let filter = number % 2 == 0 ? "" : "  - filter: { drop: '.payload.type == \"\(number)\"' }\n"
                let text = "stages:\n\(filter)  - deliver: [session]\n"
                try Data(text.utf8).write(
                    to: relay.folder.appendingPathComponent("pipelines/default.yaml"), options: .atomic)
                let answer = try await relay.call("POST", "/api/v1/reload")
                #expect(answer.status == 200)
            }
            try await group.waitForAll()
        }
        try await relay.eventually("everything is delivered") { try await relay.count("delivered") == posted }
        let ids = messages(own)
        #expect(ids.count == posted)
        #expect(Set(ids).count == posted)
        for lane in 0..<10 {
            let numbers = ids.compactMap { Int($0.dropFirst()) }.filter { $0 % 10 == lane }
            #expect(numbers == numbers.sorted(), "the order of a chat")
        }
    }
}

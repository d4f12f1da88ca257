import Foundation
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// Replays in a relay process that is killed in the middle.
@Suite(.serialized, .limitedConcurrency)
struct ReplayFlowTests {
    private static let chats = 8

    private func relay(_ crm: ScriptedReceiver, deliver: String = "crm", stages: String = "") throws -> RelayProcess {
        try RelayProcess(
            configuration: RelayProcess.configuration(
                extra: """
                    destinations:
                      crm: { type: webhook, url: "\(crm.url)/crm", retry: patient }
                      erp: { type: webhook, url: "\(crm.url)/erp", retry: patient }
                    """),
            pipeline: """
                stages:
                  - persist
                  - filter: { drop: '.payload.content.text == "secret"' }
                  \(stages)
                  - deliver: [\(deliver)]
                """)
    }

    private func post(_ count: Int, to relay: RelayProcess, text: String = "oi") async throws {
        let earlier = try await relay.count("delivered", "dead")
        for index in 0..<count {
            let body = baileysText("M\(index)", chat: "55119999990\(10 + index % Self.chats)", text: text)
            #expect(try await relay.call("POST", "/in/baileys", body).status == 200)
        }
        // An empty queue alone may mean that the pipeline still has the last events.
        try await relay.eventually("all is sent") {
            guard try await relay.count("delivered", "dead") >= earlier + count else { return false }
            return try await relay.count("queued", "in_flight") == 0
        }
    }

    /// All deliveries with their attempts, oldest first.
    private func deliveries(_ relay: RelayProcess) async throws -> [JSON] {
        var rows: [JSON] = []
        var cursor = ""
        while true {
            let answer = try await relay.call("GET", "/api/v1/deliveries?limit=100\(cursor)").document
            rows += answer["data"]?.array ?? []
            guard let next = answer["pagination"]?["next_cursor"]?.string else { break }
            cursor = "&cursor=\(next)"
        }
        var whole: [JSON] = []
        for row in rows.reversed() {
            let id = row["id"]?.string ?? ""
            whole.append(try await relay.call("GET", "/api/v1/deliveries/\(id)").document["data"] ?? .null)
        }
        return whole
    }

    /// Creates a replay, kills the relay during it a number of times, and waits for its end.
    private func replay(_ body: JSON, on relay: RelayProcess, kills: Int) async throws -> JSON {
        let made = try await relay.call("POST", "/api/v1/replays", body)
        #expect(made.status == 201, "\(made.document.text)")
        let id = made.document["data"]?["id"]?.string ?? ""
        func present() async throws -> JSON {
            try await relay.call("GET", "/api/v1/replays/\(id)").document["data"] ?? .null
        }
        for _ in 0..<kills {
            let done = try await present()["done"]?.int ?? 0
            try await relay.eventually("it goes on") { (try await present()["done"]?.int ?? 0) > done }
            try await relay.end(SIGKILL)
            try await relay.start()
        }
        #expect(try await present()["state"] == "running", "the kills were in its middle")
        try await relay.eventually("the replay ends") { try await present()["state"] == "finished" }
        try await relay.eventually("all is sent") { try await relay.count("queued", "in_flight") == 0 }
        return try await present()
    }

    private func answered(_ receiver: ScriptedReceiver, path: String) -> [JSON] {
        receiver.requests.filter { $0.path == path }.compactMap { try? JSON(parsing: $0.body) }
    }

    @Test
    func eachEventRunsAgainExactlyOnceThroughKills() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let relay = try relay(crm)
        defer { relay.remove() }
        try await relay.start()
        try await post(160, to: relay)
        let before = try await deliveries(relay)
        #expect(before.count == 160)

        let end = try await replay(["from": "start", "since": "1h", "rate": "60/s"], on: relay, kills: 4)
        #expect(
            [end["selected"]?.int, end["done"]?.int, end["deliveries"]?.int, end["skipped"]?.int] == [160, 160, 160, 0])

        let after = try await deliveries(relay)
        var counts: [String: Int] = [:]
        for delivery in after { counts[delivery["event"]?.string ?? "", default: 0] += 1 }
        #expect(counts.count == 160)
        #expect(counts.values.allSatisfy { $0 == 2 }, "one more delivery for each event")
        #expect(after.allSatisfy { $0["state"] == "delivered" })
        #expect(after.prefix(160).map { $0["id"] } == before.map { $0["id"] }, "the old ones stay")

        // In each chat, the new deliveries first arrived in the order of acceptance.
        let new = Set(after.dropFirst(160).compactMap { $0["id"]?.string })
        var seen: Set<String> = []
        var order: [String: [Int]] = [:]
        for body in answered(crm, path: "/crm") {
            guard let id = body["deliveryId"]?.string, new.contains(id), seen.insert(id).inserted else { continue }
            let message = body["payload"]?["messageId"]?.string ?? ""
            order[body["payload"]?["chatId"]?.string ?? "", default: []].append(Int(message.dropFirst()) ?? -1)
        }
        #expect(seen == new)
        #expect(order.count == Self.chats)
        for (chat, numbers) in order { #expect(numbers == numbers.sorted(), "\(chat)") }
        let messages = try await relay.call("GET", "/api/v1/messages?limit=1").document
        #expect(messages["pagination"]?["total"] == 160, "the history has each once")
    }

    @Test
    func eachDeliveryIsSentAgainExactlyOnceThroughKills() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let relay = try relay(crm, deliver: "crm, erp")
        defer { relay.remove() }
        try await relay.start()
        try await post(120, to: relay)
        let first = answered(crm, path: "/crm")

        let end = try await replay(["since": "1h", "destinations": ["crm"], "rate": "40/s"], on: relay, kills: 4)
        #expect([end["selected"]?.int, end["done"]?.int, end["skipped"]?.int] == [120, 120, 0])
        let after = try await deliveries(relay)
        #expect(after.count == 240)
        for delivery in after {
            #expect(delivery["state"] == "delivered")
            let whole = (delivery["attempts"]?.array ?? []).filter { $0["failure"] != "interrupted" }
            #expect(whole.count == (delivery["destination"] == "crm" ? 2 : 1), "\(delivery.text)")
        }
        let bodies = Dictionary(grouping: answered(crm, path: "/crm")) { $0["deliveryId"]?.string ?? "" }
        #expect(Set(bodies.keys) == Set(first.compactMap { $0["deliveryId"]?.string }), "under the old ids")
        for (id, copies) in bodies {
            #expect(copies.count >= 2)
            #expect(Set(copies.map(\.text)).count == 1, "\(id) has the old body")
        }
        #expect(answered(crm, path: "/erp").count == 120)
    }

    @Test func aDryRunChangesNothingAndShowsWhatWouldGoOut() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let relay = try relay(crm)
        defer { relay.remove() }
        try await relay.start()
        try await post(6, to: relay)
        #expect(try await relay.call("POST", "/in/baileys", baileysText("S1", text: "secret")).status == 200)
        try await relay.eventually("it is stored") {
            try await relay.call("GET", "/api/v1/messages?limit=1").document["pagination"]?["total"] == 7
        }
        let before = try await deliveries(relay)

        let start = try await relay.call(
            "POST", "/api/v1/replays", ["from": "start", "since": "1h", "dry_run": true, "examples": 2]
        ).document["data"]
        #expect(start?["selected"] == 7 && start?["tried"] == 7)
        #expect(start?["destinations"] == [["destination": "crm", "deliveries": 6]])
        #expect(start?["drops"]?[0]?["stage"] == "filter" && start?["drops"]?[0]?["events"] == 1)
        #expect(start?["failures"] == [] && start?["warnings"] == [])
        #expect(start?["examples"]?.array?.count == 2)
        #expect(start?["examples"]?[0]?["body"]?["payload"]?["content"]?["text"] == "oi")

        let deliver = try await relay.call(
            "POST", "/api/v1/replays", ["since": "1h", "dry_run": true, "examples": 1]
        ).document["data"]
        #expect(deliver?["destinations"] == [["destination": "crm", "state": "delivered", "deliveries": 6]])
        #expect(deliver?["examples"]?.array?.count == 1)

        #expect(try await deliveries(relay) == before)
        #expect(try await relay.call("GET", "/api/v1/replays").document["data"] == [])
        #expect(crm.requests.count == 6)
    }

    /// A destination that was added later receives the events it missed, and no other destination receives anything.
    @Test func theConfigurationInForceDecidesAndADestinationCanBeFilledAlone() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let relay = try relay(crm)
        defer { relay.remove() }
        try await relay.start()
        try await post(10, to: relay)
        let folder = relay.folder.appendingPathComponent("pipelines")
        try Data("from: [native]\nstages:\n  - deliver: [crm]\n".utf8).write(
            to: folder.appendingPathComponent("other.yaml"))
        try Data("stages:\n  - deliver: [crm, erp]\n".utf8).write(to: folder.appendingPathComponent("default.yaml"))
        #expect(try await relay.call("POST", "/api/v1/reload").status == 200)

        let unread = try await relay.call(
            "POST", "/api/v1/replays", ["from": "start", "since": "1h", "pipeline": "other", "dry_run": true])
        #expect(unread.document["data"]?["untaken"] == 10)
        #expect(unread.document["data"]?["warnings"]?[0]?.string?.contains("other reads native") == true)

        let wrong = try await relay.call(
            "POST", "/api/v1/replays",
            ["from": "start", "since": "1h", "pipeline": "defualt", "destinations": ["erp", "epr"]])
        #expect(wrong.status == 422)
        let inboxes = wrong.document["error"]?["details"]?.array?.compactMap { $0["pointer"]?.string }
        #expect(inboxes == ["/pipeline", "/destinations/1"])

        let zaphub = try ChildProcess(
            RelayProcess.program.path,
            ["replay", "--since", "1h", "--from", "start", "--destination", "erp", "--rate", "500/s", "--wait"],
            environment: ["ZAPHUB_URL": relay.url, "ZAPHUB_API_KEY": RelayProcess.key],
            output: relay.folder.appendingPathComponent("replay.txt").path,
            errors: relay.folder.appendingPathComponent("replay-errors.txt").path)
        #expect(try await zaphub.end() == 0, "\(zaphub.errorText)")
        #expect(zaphub.text.contains("finished: 10 of 10 done, 0 skipped, 0 remaining, 0 failures"), "\(zaphub.text)")
        try await relay.eventually("all is sent") { try await relay.count("queued", "in_flight") == 0 }
        #expect(answered(crm, path: "/erp").count == 10)
        #expect(answered(crm, path: "/crm").count == 10)
    }

    @Test func aCancelledReplayStopsWhereItIs() async throws {
        let crm = try ScriptedReceiver()
        defer { crm.stop() }
        let relay = try relay(crm)
        defer { relay.remove() }
        try await relay.start()
        try await post(30, to: relay)
        // Deliveries that are still queued are not selected.
        try await relay.eventually("all is sent") { try await relay.count("queued", "in_flight") == 0 }
        let made = try await relay.call("POST", "/api/v1/replays", ["since": "1h", "rate": "1/m"])
        let path = "/api/v1/replays/" + (made.document["data"]?["id"]?.string ?? "")
        try await relay.eventually("it begins") {
            try await relay.call("GET", path).document["data"]?["done"] == 1
        }
        let cancelled = try await relay.call("DELETE", path).document["data"]
        #expect(cancelled?["state"] == "cancelled" && cancelled?["remaining"] == 29)
        // The next replay does not wait for it.
        let next = try await relay.call("POST", "/api/v1/replays", ["since": "1h", "rate": "1000/s"])
        let nextPath = "/api/v1/replays/" + (next.document["data"]?["id"]?.string ?? "")
        try await relay.eventually("the next one ends") {
            try await relay.call("GET", nextPath).document["data"]?["state"] == "finished"
        }
        #expect(try await relay.call("DELETE", nextPath).status == 409)
        #expect(try await relay.end() == 0)
    }
}

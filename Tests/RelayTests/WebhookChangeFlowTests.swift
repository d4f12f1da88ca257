import Foundation
import RelayJSON
import RelayTesting
import Testing

/// Changes and deletions of webhooks in a real relay, while others change them and while requests are under way.
@Suite(.limitedConcurrency)
struct WebhookChangeFlowTests {
    @Test func aRotationAndAPatchAtTheSameTimeAreBothKept() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let (id, _) = try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        let path = "/api/v1/sessions/main/webhooks/\(id)"
        for round in 0..<40 {
            async let rotation = relay.call(
                "POST", "\(path)/rotate-secret", ["secret": .string("secret-no-\(1000 + round)")])
            async let change = relay.call("PATCH", path, ["headers": ["X-Round": .string("\(round)")]])
            async let label = relay.call(
                "PATCH", "/api/v1/sessions/main", ["webhook_url": .string("\(receiver.url)/\(round)")])
            let statuses = try await [rotation.status, change.status, label.status]
            #expect(statuses == [200, 200, 200])
            let shown = try await relay.call("GET", path).document["data"]
            #expect(shown?["secret"]?["last4"] == .string("\(1000 + round)"), "round \(round)")
            #expect(shown?["headers"]?["X-Round"] == .string("\(round)"), "round \(round)")
            #expect(shown?["url"] == .string("\(receiver.url)/\(round)"), "round \(round)")
        }
        // What is stored is also what is sent.
        #expect(try await relay.call("POST", "/in/baileys", baileysText("M1")).status == 200)
        let request = try #require(try await receiver.next(count: 1).first)
        #expect(request.header("x-round") == "39" && request.path == "/39")
    }

    @Test(arguments: ["/api/v1/sessions/main", "webhook"])
    func whatIsDeletedDuringARequestLeavesNothingQueued(path: String) async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let (id, _) = try await relay.addSession(
            "main", webhook: ["url": .string(receiver.url), "timeout": "1s", "retry": "patient"])
        for message in ["M1", "M2"] {
            #expect(try await relay.call("POST", "/in/baileys", baileysText(message)).status == 200)
        }
        _ = try await receiver.next(count: 1)
        let deleted = path == "webhook" ? "/api/v1/sessions/main/webhooks/\(id)" : path
        #expect(try await relay.call("DELETE", deleted).status == 200)
        #expect(try await relay.count("queued") == 0)
        try await relay.eventually("the attempt has ended") { try await relay.count("in_flight") == 0 }
        #expect(try await relay.count("cancelled") == 2)
        #expect(try await relay.count("queued", "dead", "delivered") == 0)
        let listed = try await relay.call("GET", "/api/v1/deliveries").document["data"]?.array ?? []
        for delivery in listed {
            let retry = try await relay.call("POST", "/api/v1/deliveries/\(delivery["id"]?.string ?? "")/retry")
            #expect(retry.status == 409 && retry.document["error"]?["message"]?.string?.contains("was deleted") == true)
        }
        #expect(try await relay.count("queued") == 0)
        // A restart brings nothing back.
        try await relay.end()
        try await relay.start()
        #expect(try await relay.count("queued", "in_flight") == 0)
    }

    @Test func aReplaySkipsWebhooksThatWereDeletedAndSaysSo() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let (gone, _) = try await relay.addSession("main", webhook: ["url": .string("\(receiver.url)/gone")])
        let other = try await relay.call(
            "POST", "/api/v1/sessions/main/webhooks", ["url": .string("\(receiver.url)/kept")])
        #expect(other.status == 201)
        for message in ["M1", "M2"] {
            #expect(try await relay.call("POST", "/in/baileys", baileysText(message)).status == 200)
        }
        try await relay.eventually("all is delivered") { try await relay.count("delivered") == 4 }
        #expect(try await relay.call("DELETE", "/api/v1/sessions/main/webhooks/\(gone)").status == 200)

        let warning = "2 of the deliveries were for webhooks that have been deleted (\(gone)): they are skipped."
        let dry = try await relay.call("POST", "/api/v1/replays", ["since": "1h", "from": "deliver", "dry_run": true])
        let data = dry.document["data"]
        #expect(data?["warnings"] == [.string(warning)], "\(dry.document.text)")
        #expect(data?["selected"] == 4 && data?["destinations"]?.array?.count == 1)
        #expect(data?["examples"]?.array?.count == 2)

        let made = try await relay.call("POST", "/api/v1/replays", ["since": "1h", "from": "deliver"])
        #expect(made.document["data"]?["warnings"] == [.string(warning)])
        #expect(made.document["message"] == "2 deliveries are sent again, 2 are skipped, 50/s")
        let id = made.document["data"]?["id"]?.string ?? ""
        try await relay.eventually("the replay ends") {
            try await relay.call("GET", "/api/v1/replays/\(id)").document["data"]?["state"] == "finished"
        }
        let end = try await relay.call("GET", "/api/v1/replays/\(id)").document["data"]
        #expect(end?["done"] == 2 && end?["skipped"] == 2)
        try await relay.eventually("all is sent") { receiver.requests.count { $0.path == "/kept" } == 4 }
        try await relay.eventually("nothing is left") { try await relay.count("queued", "in_flight") == 0 }
        #expect(try await relay.count("delivered") == 4)
        #expect(receiver.requests.count { $0.path == "/gone" } == 2)
    }
}

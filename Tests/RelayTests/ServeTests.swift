import Foundation
import RelayCore
import RelayDestinations
import RelayJSON
import RelayTesting
import Testing

/// The steps of the README: a message is posted, a signed delivery is sent, a receiver fails, dead letters are
/// replayed.
@Suite(.limitedConcurrency)
struct ServeTests {
    @Test func aMessageArrivesSignedAsStage07ShapesIt() async throws {
        let receiver = try ScriptedReceiver()
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let session = try await relay.call(
            "POST",
            "/api/v1/sessions",
            ["id": "main", "label": "Support Team", "webhook_url": .string(receiver.url + "/hook")]
        )
        #expect(session.status == 201)
        let secret = try #require(session.document["data"]?["webhook_secret"]?.string)

        let accepted = try await relay.call("POST", "/in/baileys", baileysText("3EB0AA", text: "Olá"))
        #expect(accepted.status == 200)
        #expect(accepted.document["data"]?["accepted"] == 1)

        let request = try #require(try await receiver.next(count: 1).first)
        #expect(request.method == "POST")
        #expect(request.path == "/hook")
        #expect(request.header("content-type") == "application/json")
        #expect(request.header("user-agent") == "ZapHub-Webhook/1.0")
        #expect(request.header("x-zaphub-event") == "message.received")
        #expect(request.header("x-zaphub-session") == "main")
        let body = try JSON(parsing: request.body)
        #expect(body.object.map { Array($0.keys) } == ["event", "sessionId", "payload", "timestamp", "deliveryId"])
        #expect(body["payload"]?["messageId"] == "3EB0AA")
        #expect(body["payload"]?["content"]?["text"] == "Olá")
        #expect(body["payload"]?["contactName"] == "Maria Silva")
        #expect(body["payload"]?["chatName"] == "Maria Silva")
        let id = try #require(body["deliveryId"]?.string)
        #expect(request.header("x-zaphub-delivery") == id)
        #expect(id.hasPrefix("webhook-main-message.received-"))
        let verifier = try #require(StandardWebhooksVerifier(secret: secret))
        let verdict = verifier.verify(body: request.body, at: SystemClock().wall) { request.header($0) }
        #expect(verdict == .valid)
        #expect(request.header("webhook-id")?.contains(".") == false)

        let again = try await relay.call("POST", "/in/baileys", baileysText("3EB0AA", text: "Olá"))
        #expect(again.document["data"]?["duplicates"] == 1)
        #expect(again.document["data"]?["events"]?[0]?["id"] == accepted.document["data"]?["events"]?[0]?["id"])
        try await relay.eventually("one delivery") { try await relay.count("delivered") == 1 }
        #expect(receiver.requests.count == 1)
    }

    @Test func aDeadReceiverMakesDeadLettersThatReplayUnderTheirIds() async throws {
        let receiver = try ScriptedReceiver(default: .status(500))
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        for number in 1...3 {
            _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)", chat: "551199999900\(number)"))
        }
        try await relay.eventually("three dead letters") { try await relay.count("dead") == 3 }
        let letters = try await relay.call("GET", "/api/v1/dead-letters").document["data"]?.array ?? []
        #expect(letters.count == 3)
        #expect(letters.allSatisfy { $0["attempt_count"] == 3 && $0["last_status"] == 500 })
        let id = try #require(letters[0]["id"]?.string)
        let one = try await relay.call("GET", "/api/v1/dead-letters/\(id)").document["data"]
        #expect(one?["attempts"]?.array?.count == 3)
        let before = Set(receiver.requests.compactMap { $0.header("x-zaphub-delivery") })
        let bodies = Set(receiver.requests.map { $0.body })
        #expect(before.count == 3)
        #expect(bodies.count == 3, "every attempt of a delivery has the same body")

        receiver.respond { _ in .status(200) }
        let replayed = try await relay.call("POST", "/api/v1/dead-letters/replay", ["session": "main"])
        #expect(replayed.document["data"]?["replayed"] == 3)
        try await relay.eventually("all delivered") { try await relay.count("delivered") == 3 }
        #expect(Set(receiver.requests.compactMap { $0.header("x-zaphub-delivery") }) == before)
        #expect(Set(receiver.requests.map { $0.body }) == bodies)
        #expect(try await relay.count("dead") == 0)
    }

    @Test func goneParksAndResumeSends() async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([.status(410)])
        defer { receiver.stop() }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let webhook = try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        for number in 1...3 { _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)")) }
        try await relay.eventually("it is gone") {
            let answer = try await relay.call("GET", "/api/v1/destinations/\(webhook.id)")
            return answer.document["data"]?["state"] == "gone"
        }
        // The pipeline may still have the last event when the first delivery has its response.
        try await relay.eventually("all are queued") { try await relay.count("queued") == 3 }
        try await relay.end()
        try await relay.start()
        let parked = try await relay.call("GET", "/api/v1/destinations/\(webhook.id)")
        #expect(parked.document["data"]?["state"] == "gone", "the pause survives a restart")
        #expect(try await relay.call("POST", "/api/v1/destinations/\(webhook.id)/resume").status == 200)
        try await relay.eventually("all delivered") { try await relay.count("delivered") == 3 }
        let order = receiver.requests.dropFirst().compactMap {
            (try? JSON(parsing: $0.body))?["payload"]?["messageId"]?.string
        }
        #expect(order == ["M1", "M2", "M3"])
    }

    @Test func aHangingReceiverHoldsUpNobodyElse() async throws {
        let slow = try ScriptedReceiver(default: .hang)
        let quick = try ScriptedReceiver()
        defer {
            slow.stop()
            quick.stop()
        }
        let relay = try RelayProcess()
        defer { relay.remove() }
        try await relay.start()
        let webhook = try await relay.addSession(
            "slow", webhook: ["url": .string(slow.url), "timeout_ms": 120_000, "max_in_flight": 4])
        func inFlight() async throws -> Int64? {
            let answer = try await relay.call("GET", "/api/v1/destinations/\(webhook.id)")
            return answer.document["data"]?["counts"]?["in_flight"]?.int
        }
        try await relay.addSession("quick", webhook: ["url": .string(quick.url)])
        for number in 0..<100 {
            let chat = "5511999990\(100 + number)"
            _ = try await relay.call("POST", "/in/baileys", baileysText("S\(number)", chat: chat, session: "slow"))
            _ = try await relay.call("POST", "/in/baileys", baileysText("Q\(number)", chat: chat, session: "quick"))
        }
        // The dispatcher observes `max_in_flight` at all times. The total number of requests depends on timeouts.
        try await relay.eventually("the slow one uses all its slots") { try await inFlight() == 4 }
        _ = try await quick.next(count: 100)
        let held = try #require(try await inFlight())
        #expect(held <= 4, "the slow one has its own slots and no more")
    }

    @Test func drainingEndsCleanAndLosesNothing() async throws {
        let receiver = try ScriptedReceiver(default: .delay(by: .milliseconds(300), then: .status(200)))
        defer { receiver.stop() }
        let relay = try RelayProcess(configuration: RelayProcess.configuration(delivery: "shutdown_grace: 10m"))
        defer { relay.remove() }
        try await relay.start()
        try await relay.addSession("main", webhook: ["url": .string(receiver.url)])
        for number in 0..<10 {
            _ = try await relay.call("POST", "/in/baileys", baileysText("M\(number)", chat: "551199999901\(number)"))
        }
        _ = try await receiver.next(count: 1)
        #expect(try await relay.end(SIGTERM) == 0)
        try await relay.start()
        try await relay.eventually("all delivered") { try await relay.count("delivered") == 10 }
        #expect(receiver.requests.count == 10, "a drained shutdown doubles nothing")
    }
}

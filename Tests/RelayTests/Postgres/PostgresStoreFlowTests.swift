import Foundation
import Glibc
import RelayJSON
import RelayTesting
import Testing

/// One relay with a store in a PostgreSQL database.
@Suite(.serialized, .limitedConcurrency)
struct PostgresStoreFlowTests {
    @Test func anEventGoesFromItsPostToTheReceiver() async throws {
        let fixture = try PostgresRelayFixture()
        defer { fixture.remove() }
        try await fixture.start()
        let relay = fixture.relays[0]
        #expect(relay.output.contains("data       \(fixture.cluster.url(of: fixture.database))"), "\(relay.output)")

        let accepted = try await relay.call("POST", "/in/baileys", baileysText("3EB0AA", text: "Olá"))
        #expect(accepted.status == 200)
        #expect(accepted.document["data"]?["accepted"] == 1)
        let request = try #require(try await fixture.receiver.next(count: 1).first)
        let body = try JSON(parsing: request.body)
        #expect(body["payload"]?["messageId"] == "3EB0AA")
        #expect(body["payload"]?["content"]?["text"] == "Olá")
        #expect(request.header("x-zaphub-delivery") == body["deliveryId"]?.string)

        let again = try await relay.call("POST", "/in/baileys", baileysText("3EB0AA", text: "Olá"))
        #expect(again.document["data"]?["duplicates"] == 1)
        #expect(again.document["data"]?["events"]?[0]?["id"] == accepted.document["data"]?["events"]?[0]?["id"])
        try await relay.eventually("one delivery") { await relay.knownCount("delivered") == 1 }
        #expect(fixture.receiver.requests.count == 1)
        #expect(try await relay.end() == 0)
    }

    @Test func aRestartKeepsQueueAndHistory() async throws {
        let fixture = try PostgresRelayFixture()
        defer { fixture.remove() }
        fixture.receiver.respond { _ in .status(503) }
        try await fixture.start()
        let relay = fixture.relays[0]
        for number in 1...5 {
            let document = baileysText("M\(number)", chat: "551199999900\(number)")
            #expect(try await relay.call("POST", "/in/baileys", document).status == 200)
        }
        _ = try await fixture.receiver.next(count: 5)
        #expect(try await relay.end() == 0)

        try await relay.start()
        #expect(relay.output.contains("queued     5 deliveries"), "\(relay.output)")
        let history = try await relay.call("GET", "/api/v1/messages?limit=1")
        #expect(history.document["pagination"]?["total"] == 5, "\(history.document.text)")
        let repeated = try await relay.call("POST", "/in/baileys", baileysText("M1", chat: "5511999999001"))
        #expect(repeated.document["data"]?["duplicates"] == 1, "\(repeated.document.text)")
        fixture.receiver.respond { _ in .status(200) }
        try await relay.eventually("five deliveries") { await relay.knownCount("delivered") == 5 }
        #expect(await relay.knownCount("queued") == 0)
    }

    /// Promises 1, 2, 3 and 6 under `kill -9`: see ``KillTests``.
    @Test func killsLoseNothingAndKeepEveryChatInOrder() async throws {
        let kills = 8
        try await PostgresRelayFixture.run { fixture, load in
            let relay = fixture.relays[0]
            try await load.run(fixture) {
                for _ in 1...kills {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 50...400)))
                    try await relay.end(SIGKILL)
                    try await relay.start()
                }
                try await load.waitForProgress(1)
            }
            let result = try await load.finish(at: relay)
            #expect(result.copies <= kills * ChatLoad.maxInFlight)
            print("postgres: kills \(kills) accepted \(result.accepted) copies \(result.copies)")
        }
    }

    /// Each transaction under way fails, or its outcome is unknown.
    @Test func connectionsThatTheServerEndsLoseNothing() async throws {
        let cuts = 12
        try await PostgresRelayFixture.run { fixture, load in
            let relay = fixture.relays[0]
            try await load.run(fixture) {
                for _ in 1...cuts {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 20...300)))
                    try fixture.terminateBackends()
                }
                try await load.waitForProgress(3)
            }
            let result = try await load.finish(at: relay)
            #expect(result.copies <= cuts * ChatLoad.maxInFlight)
            print(
                "postgres: cuts \(cuts) accepted \(result.accepted) refused \(result.refusals) copies \(result.copies)",
                "longest wait \(result.longestWait)")
        }
    }
}

import Glibc
import RelayJSON
import RelayTesting
import Synchronization
import Testing

/// The database is away for a time.
@Suite(.serialized, .limitedConcurrency)
struct PostgresOutageTests {
    /// Promise 8, and what is in flight ends and is settled later.
    /// - Parameter seconds: how long the server is away; a lease is over after five.
    @Test(arguments: [0, 7])
    func aServerThatIsStoppedIsA503AndWorkGoesOnByItself(seconds: Int) async throws {
        let fixture = try PostgresRelayFixture(cluster: PostgresCluster())
        defer { fixture.remove() }
        let isAnswering = Mutex(false)
        fixture.receiver.respond { _ in
            while !isAnswering.withLock({ $0 }) { usleep(1000) }
            return .status(200)
        }
        // The threads of the receiver end with the test, also when it fails.
        defer { isAnswering.withLock { $0 = true } }
        try await fixture.start()
        let relay = fixture.relays[0]
        #expect(try await relay.call("POST", "/in/baileys", baileysText("M1", chat: "5511999999001")).status == 200)
        _ = try await fixture.receiver.next(count: 1)

        try fixture.cluster.stop(.fast)
        for number in 1...3 {
            let refused = try await relay.call(
                "POST", "/in/baileys", baileysText("away-\(number)", chat: "5511999999003"))
            #expect(refused.status == 503, "\(refused.document.text)")
            #expect(refused.header("retry-after").flatMap { Int($0) } ?? 0 > 0)
        }
        #expect(try await relay.call("GET", "/livez").status == 200)
        try await relay.eventually("it is not ready") { try await relay.call("GET", "/readyz").status == 503 }
        // The receiver answers while the outcome cannot be stored.
        isAnswering.withLock { $0 = true }
        try await Task.sleep(for: .seconds(seconds))

        try fixture.cluster.start()
        let startedAt = ContinuousClock.now
        try await relay.eventually("it takes events again") {
            try await relay.call("POST", "/in/baileys", baileysText("M2", chat: "5511999999002")).status == 200
        }
        let pause = ContinuousClock.now - startedAt
        try await relay.eventually("both are delivered") { await relay.knownCount("delivered") == 2 }
        try await relay.eventually("it is ready again") { try await relay.call("GET", "/readyz").status == 200 }
        let messages = fixture.receiver.requests.map { request in
            (try? JSON(parsing: request.body))?["payload"]?["messageId"]?.string ?? ""
        }
        #expect(Set(messages) == ["M1", "M2"], "what was refused is not stored")
        #expect(messages.count { $0 == "M2" } == 1)
        // It was in flight when the server went away.
        let copies = messages.count { $0 == "M1" } - 1
        #expect(copies <= 1)
        print("postgres: away \(seconds) s, events again after \(pause), copies of what was in flight \(copies)")
    }

    /// Also what the relay reads fails, and works again.
    @Test func readsAreA503WhileTheServerIsAway() async throws {
        let fixture = try PostgresRelayFixture(cluster: PostgresCluster())
        defer { fixture.remove() }
        try await fixture.start()
        let relay = fixture.relays[0]
        try fixture.cluster.stop(.immediate)
        for path in ["destinations", "deliveries", "messages", "sessions"] {
            let answer = try await relay.call("GET", "/api/v1/\(path)")
            #expect(answer.status == 503, "\(path): \(answer.document.text)")
            #expect(answer.header("retry-after").flatMap { Int($0) } ?? 0 > 0, "\(path)")
        }
        try fixture.cluster.start()
        for path in ["destinations", "deliveries", "messages", "sessions"] {
            try await relay.eventually("\(path) are read again") {
                try await relay.call("GET", "/api/v1/\(path)").status == 200
            }
        }
        #expect(try await relay.end() == 0)
    }
}

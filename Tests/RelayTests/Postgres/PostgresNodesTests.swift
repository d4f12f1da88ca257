import Glibc
import RelayJSON
import RelayTesting
import Testing

/// Two relays on one database.
@Suite(.serialized, .limitedConcurrency)
struct PostgresNodesTests {
    @Test func bothAcceptAndEverythingArrivesOnceInOrder() async throws {
        try await PostgresRelayFixture.run(relays: 2) { fixture, load in
            for (index, relay) in fixture.relays.enumerated() {
                let nodes = await relay.activeNodes()
                #expect(nodes.compactMap { $0["name"]?.string } == ["relay-1", "relay-2"])
                #expect(nodes.map { $0["is_this"] == true } == [index == 0, index == 1])
                #expect(nodes.allSatisfy { $0["has_other_key"] == false })
            }
            try await load.run(fixture) { try await load.waitForProgress(10) }
            let result = try await load.finish(at: fixture.relays[0])
            #expect(result.copies == 0)
            #expect(result.refusals == 0)
            let shares = await fixture.relays[0].activeNodes().map { $0["share_percent"]?.double ?? 0 }
            let counts = [
                await fixture.relays[0].knownCount("delivered"), await fixture.relays[1].knownCount("delivered"),
            ]
            #expect(counts[0] == counts[1], "both count the same rows")
            print(
                "postgres: two nodes, shares \(shares), accepted \(result.accepted), longest wait \(result.longestWait)"
            )
        }
    }

    /// What one node is told about destinations, the other one follows.
    @Test func aWebhookThatOneNodeMakesIsUsedByTheOther() async throws {
        let fixture = try PostgresRelayFixture(relays: 2)
        defer { fixture.remove() }
        try await fixture.start()
        let (first, second) = (fixture.relays[0], fixture.relays[1])
        try await first.addSession("later", webhook: ["url": .string(fixture.receiver.url + "/later")])
        var count = 0
        try await second.eventually("an event at the other node goes to the new webhook") {
            count += 1
            let answer = try await second.call(
                "POST", "/in/baileys", baileysText("L\(count)", session: "later"))
            #expect(answer.status == 200, "\(answer.document.text)")
            return fixture.receiver.requests.contains { $0.path == "/later" }
        }
    }

    /// A node that is to end takes no new events, and the other one sends what is left. Nothing is sent twice.
    @Test func aNodeThatLeavesHandsItsWorkOver() async throws {
        try await PostgresRelayFixture.run(relays: 2) { fixture, load in
            let (first, second) = (fixture.relays[0], fixture.relays[1])
            try await load.run(fixture) {
                try await load.waitForProgress(2)
                load.refuse(true)
                try await load.waitForAccepted(3)
                #expect(try await first.end(SIGTERM) == 0)
                load.refuse(false)
                try await fixture.waitForNodes(1, at: [second])
                try await load.waitForProgress(3)
            }
            let result = try await load.finish(at: second)
            #expect(result.copies == 0)
            print("postgres: a node left, accepted \(result.accepted), refused \(result.refusals)")
        }
    }

    /// - Parameter index: of the node that is killed: the one with the lower number removes dead nodes, or is the dead one.
    @Test(arguments: [0, 1])
    func theOtherNodeTakesOverFromOneThatIsKilled(index: Int) async throws {
        try await PostgresRelayFixture.run(relays: 2) { fixture, load in
            let (killed, other) = (fixture.relays[index], fixture.relays[1 - index])
            try await load.run(fixture) {
                try await load.waitForProgress(3)
                load.forgetLongestWait()
                let killedAt = ContinuousClock.now
                try await killed.end(SIGKILL)
                try await fixture.waitForNodes(1, at: [other])
                let isAlone = ContinuousClock.now - killedAt
                // Each chat goes on, those that the dead node owned as well.
                try await load.waitForProgress(3)
                print(
                    "postgres: takeover after SIGKILL: alone after \(isAlone),",
                    "three messages of each chat after \(ContinuousClock.now - killedAt),",
                    "longest wait \(load.result.longestWait)")
            }
            let result = try await load.finish(at: other)
            #expect(result.copies <= ChatLoad.maxInFlight)
        }
    }

    /// A node that stalls for longer than its lease changes nothing when it wakes: it registers again, with a higher number.
    @Test func aNodeThatStallsForLongerThanItsLeaseTakesPartAgain() async throws {
        let stalls = 2
        try await PostgresRelayFixture.run(relays: 2) { fixture, load in
            try await load.run(fixture) {
                for stall in 0..<stalls {
                    let stalled = fixture.relays[stall % 2]
                    let other = fixture.relays[1 - stall % 2]
                    try await load.waitForProgress(2)
                    let before = try #require(await stalled.nodeNumber())
                    stalled.signal(SIGSTOP)
                    defer { stalled.signal(SIGCONT) }
                    try await fixture.waitForNodes(1, at: [other])
                    try await load.waitForProgress(2)
                    stalled.signal(SIGCONT)
                    try await stalled.eventually("it takes part under a higher number") {
                        await stalled.nodeNumber().map { $0 > before } ?? false
                    }
                    try await fixture.waitForNodes(2)
                }
                try await load.waitForProgress(2)
            }
            let result = try await load.finish(at: fixture.relays[0])
            #expect(result.copies <= stalls * ChatLoad.maxInFlight)
            print("postgres: stalls \(stalls) accepted \(result.accepted) copies \(result.copies)")
        }
    }

    /// A node that starts while events flow gets a part of the chats. Nothing is sent twice.
    @Test func aNodeJoinsUnderLoad() async throws {
        try await PostgresRelayFixture.run(relays: 2) { fixture, load in
            let (first, second) = (fixture.relays[0], fixture.relays[1])
            try await load.run(fixture, at: [first]) {
                for _ in 1...2 {
                    #expect(try await second.end(SIGTERM) == 0)
                    try await load.waitForProgress(2)
                    try await second.start()
                    try await fixture.waitForNodes(2)
                    try await load.waitForProgress(2)
                }
            }
            let result = try await load.finish(at: first)
            #expect(result.copies == 0)
            #expect(result.refusals == 0, "the other node answers all the time")
        }
    }
}

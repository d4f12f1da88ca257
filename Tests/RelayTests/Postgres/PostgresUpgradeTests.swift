import Glibc
import RelayTesting
import Testing

/// Relays are replaced one after the other by the next version, whose tables have one step more.
@Suite(.serialized, .limitedConcurrency)
struct PostgresUpgradeTests {
    @Test func nodesAreUpgradedOneAfterTheOtherUnderLoad() async throws {
        try await PostgresRelayFixture.run(relays: 2, nextRelays: 2) { fixture, load in
            let (old, new) = (fixture.relays, fixture.nextRelays)
            let before = try Self.schema(of: fixture)
            try await load.run(fixture, at: old + new) {
                try await load.waitForProgress(2)
                // It changes the tables while both old nodes work.
                try await new[0].start()
                try await fixture.waitForNodes(3, at: old + [new[0]])
                #expect(try Self.schema(of: fixture) == before + 1)
                try await load.waitForProgress(2)

                // A node of the old version may also start on the new tables.
                #expect(try await old[1].end(SIGTERM) == 0)
                try await old[1].start()
                try await fixture.waitForNodes(3, at: old + [new[0]])
                try await load.waitForProgress(2)

                #expect(try await old[0].end(SIGTERM) == 0)
                try await new[1].start()
                try await fixture.waitForNodes(3, at: [old[1]] + new)
                try await load.waitForProgress(2)
                #expect(try await old[1].end(SIGTERM) == 0)
                try await fixture.waitForNodes(2, at: new)
                try await load.waitForProgress(2)
            }
            let result = try await load.finish(at: new[0])
            #expect(result.copies == 0)
            for relay in old {
                let notices = relay.log.split(separator: "\n").filter { $0.contains("tables are newer") }
                #expect(!notices.isEmpty, "\(relay.log)")
            }
            // The first has learned of it while it ran, and says it once.
            #expect(old[0].log.split(separator: "\n").count { $0.contains("tables are newer") } == 1)
            print("postgres: upgrade, accepted \(result.accepted), longest wait \(result.longestWait)")
        }
    }

    private static func schema(of fixture: PostgresRelayFixture) throws -> Int {
        let text = try fixture.cluster.run(
            "SELECT convert_from(value, 'UTF8') FROM meta WHERE key = 'schema_version'", in: fixture.database)
        return try #require(Int(text))
    }
}

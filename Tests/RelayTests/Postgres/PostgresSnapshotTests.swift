import RelayTesting
import Testing

/// A snapshot of the database is held open under load, so that dead rows stay in the tables. `make faults-postgres` holds
/// it for longer; the figures that are printed show what it costs.
@Suite(.serialized, .limitedConcurrency)
struct PostgresSnapshotTests {
    private static let tables = [
        "events", "dedup", "deliveries", "attempts", "messages", "chats", "delivery_counts", "nodes", "ownership",
    ]

    @Test func theTablesOfTheQueueOnlyGrowAndWorkGoesOn() async throws {
        let seconds = FaultTestDuration.seconds ?? 20
        let window = Duration.seconds(max(5, seconds / 20))
        // The receiver keeps every request in memory.
        let load = ChatLoad(pauses: seconds > 120 ? 50...150 : 0...20)
        try await PostgresRelayFixture.run(relays: 2, cluster: PostgresCluster(), load: load) { fixture, load in
            let (cluster, database) = (fixture.cluster, fixture.database)
            let snapshot = try await cluster.holdSnapshot(of: database)
            try await load.run(fixture) {
                let started = ContinuousClock.now
                let atStart = try await Self.rate(of: load, over: window)
                try await Task.sleep(for: max(.zero, .seconds(seconds) - window - (ContinuousClock.now - started)))
                let atEnd = try await Self.rate(of: load, over: window)
                try await load.waitForProgress(1)
                print("postgres: snapshot held for \(seconds) s, events/s \(atStart) at the start, \(atEnd) at the end")
            }
            let result = try await load.finish(at: fixture.relays[0])
            #expect(result.copies == 0)
            // Nothing is old enough for the retention: rows are written, and none of them is deleted.
            for table in ["events", "dedup", "deliveries"] {
                #expect(
                    try cluster.run("SELECT count(*) FROM \(table)", in: database) == "\(result.accepted)", "\(table)")
                #expect(try cluster.rowCounts(of: table, in: database).deleted == 0, "\(table)")
            }
            for table in Self.tables {
                let counts = try cluster.rowCounts(of: table, in: database)
                print(
                    "postgres: snapshot, \(table): inserted \(counts.inserted), updated \(counts.updated),",
                    "deleted \(counts.deleted), dead \(counts.dead)")
            }
            snapshot.kill()
        }
    }

    /// Events that are accepted per second.
    private static func rate(of load: ChatLoad, over time: Duration) async throws -> Int {
        let (before, started) = (load.result.accepted, ContinuousClock.now)
        try await Task.sleep(for: time)
        return Int(Double(load.result.accepted - before) / ((ContinuousClock.now - started) / .seconds(1)))
    }
}

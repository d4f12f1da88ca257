import RelayTesting
import Testing

/// The primary is lost, and its synchronous standby takes its place. `make faults-postgres` does it again and again.
@Suite(.serialized, .limitedConcurrency)
struct PostgresFailoverTests {
    /// The servers of a run: their places are exchanged at each failover.
    private struct Servers {
        var primary: PostgresCluster
        var standby: PostgresCluster

        init() async throws {
            primary = try PostgresCluster()
            standby = try primary.makeSynchronousStandby()
            try await primary.waitForSynchronousStandby()
        }

        func url(of database: String) -> String {
            "postgres://zaphub@127.0.0.1:\(primary.port),127.0.0.1:\(standby.port)/\(database)"
                + "?target_session_attrs=read-write&connect_timeout=3"
        }

        /// The primary ends as in a crash, and the standby becomes the primary.
        mutating func failOver() throws {
            try primary.stop(.immediate)
            try standby.promote()
            swap(&primary, &standby)
        }

        /// A new standby in the place of the lost primary.
        mutating func replaceStandby() async throws {
            standby = try primary.makeSynchronousStandby(port: standby.port)
            try await primary.waitForSynchronousStandby()
        }
    }

    @Test func whatWasAnsweredIsNotLostWithThePrimary() async throws {
        let started = try await Servers()
        try await PostgresRelayFixture.run(relays: 2, cluster: started.primary, url: started.url) { fixture, load in
            let failovers = try await load.run(fixture) {
                var servers = started
                var count = 0
                let end = ContinuousClock.now + .seconds(FaultTestDuration.seconds ?? 0)
                repeat {
                    if count > 0 { try await servers.replaceStandby() }
                    try await load.waitForProgress(3)
                    load.forgetLongestWait()
                    let lostAt = ContinuousClock.now
                    try servers.failOver()
                    let promoted = ContinuousClock.now - lostAt
                    // By themselves: no relay is started again.
                    try await load.waitForProgress(3)
                    count += 1
                    print(
                        "postgres: failover \(count): promoted after \(promoted), three messages of each chat after",
                        "\(ContinuousClock.now - lostAt), longest wait \(load.result.longestWait)")
                } while ContinuousClock.now < end
                return count
            }
            try await fixture.waitForNodes(2)
            let result = try await load.finish(at: fixture.relays[0])
            // At the loss, and when a lease ended before the relays had found the new primary.
            #expect(result.copies <= 2 * failovers * ChatLoad.maxInFlight)
            print(
                "postgres: failovers \(failovers), accepted \(result.accepted), refused \(result.refusals),",
                "copies \(result.copies)")
        }
    }
}

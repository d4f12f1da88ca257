import Glibc
import RelayTesting
import Testing

/// Three relays on one database under load, and faults at random. `make faults-postgres` runs it for longer.
@Suite(.serialized, .limitedConcurrency)
struct PostgresFaultTests {
    private enum Fault: String, CaseIterable {
        /// `kill -9` of a relay, and its start after a while.
        case kill
        /// Every connection to the database ends.
        case terminate
        /// The server ends as in a crash, and recovers.
        case restart
        /// Both at once: the relay starts while the server recovers.
        case killAndRestart

        /// How often it is chosen among all.
        var weight: Int {
            switch self {
            case .kill: 4
            case .terminate: 3
            case .restart, .killAndRestart: 1
            }
        }

        var kills: Bool { self == .kill || self == .killAndRestart }
    }

    /// The faults of a run, chosen by a seed.
    private struct Schedule {
        private static let all = Fault.allCases.flatMap { [Fault](repeating: $0, count: $0.weight) }
        private var random: SeededGenerator

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        mutating func fault() -> Fault { random.pick(Self.all) }
        mutating func relay(of relays: [RelayProcess]) -> RelayProcess { random.pick(relays) }
        /// Before a fault.
        mutating func pause() -> Duration { .milliseconds(Int.random(in: 300...3000, using: &random)) }
        /// While a relay is away. It is seldom longer than a lease.
        mutating func absence() -> Duration { .milliseconds(Int.random(in: 0...3000, using: &random)) }
    }

    /// Nothing is lost, no chat is out of order, and only what was in flight at a kill is sent twice.
    @Test func faultsLoseNothingAndKeepEveryChatInOrder() async throws {
        let seconds = FaultTestDuration.seconds ?? 20
        let seed = FaultTestDuration.number("ZAPHUB_FAULT_SEED") ?? UInt64.random(in: 0 ... .max)
        print("postgres faults: ZAPHUB_FAULT_SECONDS=\(seconds) ZAPHUB_FAULT_SEED=\(seed)")
        // The receiver keeps every request in memory.
        let load = ChatLoad(seed: seed, pauses: seconds > 120 ? 50...150 : 0...20)
        try await PostgresRelayFixture.run(relays: 3, cluster: PostgresCluster(), load: load) { fixture, load in
            let faults = try await load.run(fixture) {
                let counts = try await Self.cause(fixture, for: .seconds(seconds), Schedule(seed: seed))
                try await load.waitForProgress(1)
                return counts
            }
            try await fixture.waitForNodes(3)
            let result = try await load.finish(at: fixture.relays[0])
            let kills = faults.reduce(0) { $0 + ($1.key.kills ? $1.value : 0) }
            #expect(result.copies <= kills * ChatLoad.maxInFlight)
            let counts = Fault.allCases.map { "\($0.rawValue) \(faults[$0] ?? 0)" }.joined(separator: ", ")
            print(
                "postgres faults: \(counts); accepted \(result.accepted), refused \(result.refusals), lost \(result.lost),",
                "inversions \(result.inversions), copies \(result.copies), longest wait \(result.longestWait)")
        }
    }

    /// Causes faults for a time. Returns how many of each.
    private static func cause(
        _ fixture: PostgresRelayFixture, for time: Duration, _ faults: Schedule
    ) async throws -> [Fault: Int] {
        var schedule = faults
        var counts: [Fault: Int] = [:]
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            try await Task.sleep(for: schedule.pause())
            let fault = schedule.fault()
            let relay = schedule.relay(of: fixture.relays)
            let absence = schedule.absence()
            if fault.kills { try await relay.end(SIGKILL) }
            switch fault {
            case .kill: try await Task.sleep(for: absence)
            case .terminate: try fixture.terminateBackends()
            case .restart: try fixture.cluster.restart(.immediate)
            case .killAndRestart:
                try fixture.cluster.stop(.immediate)
                // It begins to start before the server does.
                async let start: Void = relay.startAgain()
                try fixture.cluster.start()
                try await start
            }
            if fault == .kill { try await relay.startAgain() }
            counts[fault, default: 0] += 1
        }
        return counts
    }
}

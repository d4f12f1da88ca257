import Foundation
import Glibc
import RelayJSON
import RelayTesting
import Testing

/// A relay process that follows a file, through everything that happens to such files.
@Suite(.serialized, .limitedConcurrency)
struct FileSourceFlowTests {
    /// Writes, rotations of every kind, kills and restarts in a random order: every line arrives, as one event.
    ///
    /// Two things are left out, because a reader cannot see what they lose: bytes that are written between the copy and the
    /// truncation of `copytruncate` (logrotate's manual says so), so nothing is written while logrotate runs; and files
    /// that are deleted or compressed before they were read.
    @Test(arguments: [UInt64.random(in: 0..<1_000_000), UInt64.random(in: 0..<1_000_000)])
    func noLineIsLostThroughRotationsAndKills(_ seed: UInt64) async throws {
        let round = try FileSourceRound(seed: seed)
        defer { round.remove() }
        try await round.run(steps: 60)
        print("rotations and kills, seed \(seed): \(round.summary)")
        #expect(round.problems == [], "seed \(seed)")
    }

    /// The cases of which each lost lines.
    @Test func eachKindOfRotationWhileTheRelayIsDown() async throws {
        let round = try FileSourceRound(seed: 1)
        defer { round.remove() }
        try await round.begin()
        for rotation in FileSourceRound.Rotation.allCases {
            round.write(5)
            try await round.waitUntilAllHasArrived()
            try await round.stop(SIGKILL)
            round.write(5)
            try await round.rotate(rotation)
            round.write(5)
            try await round.rotate(rotation)
            round.write(20)
            try await round.start()
            try await round.waitUntilAllHasArrived()
        }
        try await round.stop(SIGTERM)
        #expect(round.problems == [])
        let counts = round.eventsByMessage().values.map(\.count)
        #expect(counts.allSatisfy { $0 == 1 }, "one event for each line")
    }
}

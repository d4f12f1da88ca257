import RelayCore
import RelayTesting
import Synchronization
import Testing

/// Records events in order.
private final class Record: Sendable {
    private let entries = Mutex<[Int]>([])

    func add(_ entry: Int) { entries.withLock { $0.append(entry) } }
    var all: [Int] { entries.withLock { $0 } }
}

@Suite struct ManualClockTests {
    @Test func sleepersWakeWhenTheirTimeHasCome() async throws {
        let clock = ManualClock()
        let start = clock.now
        let woken = Record()
        await withThrowingTaskGroup(of: Void.self) { group in
            for (index, seconds) in [3, 1, 2].enumerated() {
                group.addTask {
                    try await clock.sleep(until: start + .seconds(seconds))
                    woken.add(index)
                }
            }
            await clock.untilSleeping(3)
            #expect(clock.nextDeadline == start + .seconds(1))
            clock.advance(by: .milliseconds(999))
            #expect(clock.sleeperCount == 3)
            clock.advance(by: .milliseconds(1))
            #expect(clock.sleeperCount == 2)
            _ = await group.nextResult()
            #expect(woken.all == [1])
            clock.set(start + .seconds(10))
            #expect(clock.sleeperCount == 0)
        }
        #expect(woken.all.count == 3)
        try await clock.sleep(until: clock.now)
    }

    @Test func aSleeperThatIsCancelledGoes() async throws {
        let clock = ManualClock()
        await #expect(throws: CancellationError.self) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await clock.sleep(until: clock.now + .seconds(1)) }
                await clock.untilSleeping()
                group.cancelAll()
                try await group.waitForAll()
            }
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func theWallClockStepsAlone() {
        let clock = ManualClock()
        let start = clock.now
        clock.stepWall(by: .seconds(-7200))
        #expect(clock.now == start)
        #expect(clock.wall == start - .seconds(7200))
        clock.set(start - .seconds(1))
        #expect(clock.now == start, "it never runs backwards")
    }
}

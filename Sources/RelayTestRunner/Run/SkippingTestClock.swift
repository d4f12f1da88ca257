internal import RelayCore

/// A clock that changes only when the test advances it to the next deadline.
final class SkippingTestClock: RelayClock {
    /// When a test begins that does not say: what it delivers is the same each time, ids and timestamps included.
    static let start = Timestamp(seconds: 1_763_029_800)  // 2025-11-13T10:30:00Z

    /// The start time of this test.
    let beginning: Timestamp
    private let sleepers: SleeperQueue

    init(startingAt beginning: Timestamp = start) {
        self.beginning = beginning
        sleepers = SleeperQueue(now: beginning)
    }

    var now: Timestamp { sleepers.now }
    var wall: Timestamp { now }

    /// Advances to the earliest deadline and wakes all tasks that wait for it. False when no task sleeps.
    func advance() -> Bool {
        guard let next = sleepers.nextDeadline else { return false }
        sleepers.advance(to: next)
        return true
    }

    func sleep(until deadline: Timestamp) async throws {
        try await sleepers.sleep(until: deadline)
    }
}

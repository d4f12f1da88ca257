/// A clock. Everything that schedules takes one, so that tests can set the time.
package protocol RelayClock: Sendable {
    /// The time for scheduling. It never runs backwards while the process runs, whatever happens to the wall clock.
    var now: Timestamp { get }

    /// The wall clock's moment, for stamps that other machines compare with theirs (signatures, envelopes).
    var wall: Timestamp { get }

    /// Returns when `now` has reached the deadline.
    /// - Throws: `CancellationError`.
    func sleep(until deadline: Timestamp) async throws
}

/// The machine's clock: wall time read once, carried on by the monotonic clock, so that a stepped wall clock
/// neither fires retries early nor holds them back.
package struct SystemClock: RelayClock {
    private let start = ContinuousClock.now
    private let origin = Self.wallMilliseconds()

    package init() {}

    package var now: Timestamp {
        Timestamp(milliseconds: origin) + (ContinuousClock.now - start)
    }

    package var wall: Timestamp { Self.wallNow }

    /// The machine's wall clock.
    package static var wallNow: Timestamp { Timestamp(milliseconds: wallMilliseconds()) }

    package func sleep(until deadline: Timestamp) async throws {
        let wait = deadline - now
        guard wait > .zero else { return try Task.checkCancellation() }
        try await Task.sleep(for: wait, tolerance: .zero, clock: .continuous)
    }
}

internal import RelayCore

/// Pauses the lookups at a gateway that does not respond, so that not every chat waits for it.
struct LookupBreaker: Sendable {
    let failures: Int
    let pause: Duration

    private var failuresInRow = 0
    /// Set while the route is paused. After this time, one lookup at a time tests whether the gateway responds.
    private var pausedUntil: Timestamp?
    private var isProbing = false

    init(failures: Int, pause: Duration) {
        self.failures = failures
        self.pause = pause
    }

    /// Whether the breaker is in its initial state and need not be stored.
    var isSound: Bool { failuresInRow == 0 && pausedUntil == nil }

    /// Whether a lookup may begin.
    func mayAsk(at now: Timestamp) -> Bool {
        guard let pausedUntil else { return true }
        return now >= pausedUntil && !isProbing
    }

    /// Must be called when a lookup begins; the result must be reported afterwards.
    mutating func begins() {
        isProbing = pausedUntil != nil
    }

    /// - Returns: whether the route was paused before.
    mutating func succeeded() -> Bool {
        defer {
            failuresInRow = 0
            pausedUntil = nil
            isProbing = false
        }
        return pausedUntil != nil
    }

    /// - Returns: whether the route has just been paused.
    mutating func failed(at now: Timestamp) -> Bool {
        if pausedUntil != nil {
            // All lookups except the probe were sent before the pause began, so they give no new information.
            if isProbing { pausedUntil = now + pause }
            isProbing = false
            return false
        }
        failuresInRow += 1
        guard failuresInRow >= failures else { return false }
        pausedUntil = now + pause
        return true
    }

    /// Must be called when a lookup ended without a result.
    mutating func wasGivenUp() {
        isProbing = false
    }
}

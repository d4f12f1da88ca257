internal import RelayCore

/// Leaves a gateway alone that does not answer: otherwise each chat in its turn would wait for it. Pure.
struct RouteBreaker: Sendable {
    let failures: Int
    let pause: Duration

    private var failuresInRow = 0
    /// Set while it is left alone; from then on one lookup at a time tries whether it is back.
    private var pausedUntil: Timestamp?
    private var isProbing = false

    init(failures: Int, pause: Duration) {
        self.failures = failures
        self.pause = pause
    }

    /// Whether nothing of it needs to be remembered.
    var isSound: Bool { failuresInRow == 0 && pausedUntil == nil }

    /// Whether a lookup may begin.
    func mayAsk(at now: Timestamp) -> Bool {
        guard let pausedUntil else { return true }
        return now >= pausedUntil && !isProbing
    }

    /// A lookup begins, which has to be followed by what came of it.
    mutating func begins() {
        isProbing = pausedUntil != nil
    }

    /// - Returns: whether it is back after a pause.
    mutating func succeeded() -> Bool {
        defer {
            failuresInRow = 0
            pausedUntil = nil
            isProbing = false
        }
        return pausedUntil != nil
    }

    /// - Returns: whether a pause has begun that none came before.
    mutating func failed(at now: Timestamp) -> Bool {
        if pausedUntil != nil {
            // Anything but the probe left before the pause began and says nothing new.
            if isProbing { pausedUntil = now + pause }
            isProbing = false
            return false
        }
        failuresInRow += 1
        guard failuresInRow >= failures else { return false }
        pausedUntil = now + pause
        return true
    }

    /// A lookup ended before it was known what comes of it.
    mutating func wasGivenUp() {
        isProbing = false
    }
}

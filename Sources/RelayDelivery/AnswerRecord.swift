package import RelayCore

/// How a destination has answered so far: what its share of the slots depends on.
package struct AnswerRecord: Sendable {
    package enum Standing: Int, Sendable, CaseIterable {
        /// It answers, or fails at once: it holds its slots only as long as it needs them.
        case answering
        /// Nothing has come from it yet.
        case untried
        /// Its last request took long and got no answer.
        case hanging
    }

    package private(set) var standing: Standing
    /// Milliseconds for which its requests held slots, the older the less.
    private var use = 0.0
    private var usedAt = Timestamp(milliseconds: 0)

    /// A failure that took at least this long held a slot for nothing.
    package static let patience: Duration = .seconds(1)
    private static let halfLife = 10_000.0

    /// - Parameter hasAnswered: whether an earlier run of the process saw it answer.
    package init(hasAnswered: Bool = false) {
        standing = hasAnswered ? .answering : .untried
    }

    /// A request ended.
    package mutating func ended(_ result: AttemptResult, after time: Duration, at now: Timestamp) {
        use = slotUse(at: now) + Double(max(0, time.milliseconds))
        usedAt = now
        switch Breaker.verdict(result) {
        case .unknown: return
        case .up: standing = .answering
        case .down, .unreachable:
            standing = result.status == nil && time >= Self.patience ? .hanging : .answering
        }
    }

    /// Its recent use of slots.
    package func slotUse(at now: Timestamp) -> Double {
        guard use > 0 else { return 0 }
        let age = Double(max(0, (now - usedAt).milliseconds))
        // A power of two is close enough to an exponential, and needs no library.
        let halvings = age / Self.halfLife
        guard halvings < 60 else { return 0 }
        let whole = halvings.rounded(.down)
        return use / Double(1 << Int(whole)) * (1 - (halvings - whole) / 2)
    }
}

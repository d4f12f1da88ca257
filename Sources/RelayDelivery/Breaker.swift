package import RelayCore

/// Stops requests to a destination that is down, so that deliveries do not use up their attempts.
///
/// Closed, it lets everything through. After `failures` results in a row that say "down" it opens: one probe at a time,
/// with growing pauses. The first success closes it. Then the limit of requests under way starts at two and grows by
/// one for each further success, so that a receiver that has just started is not overloaded.
package struct Breaker: Sendable {
    package enum State: Sendable, Equatable {
        case closed
        /// No request before that moment.
        case open(until: Timestamp)
        /// A probe is under way.
        case probing
    }

    package private(set) var state: State = .closed
    /// Results in a row that said "down".
    package private(set) var failuresInRow = 0
    private let policy: BreakerPolicy
    private var pause: Duration
    /// After the breaker closed: how many requests may be under way; nil: as many as the destination allows.
    private var ramp: Int?

    package init(_ policy: BreakerPolicy = BreakerPolicy()) {
        self.policy = policy
        pause = policy.probeInterval
    }

    /// How many requests may be under way, when `limit` is what the destination allows.
    package func allowance(limit: Int, at now: Timestamp) -> Int {
        switch state {
        case .closed: min(limit, ramp ?? limit)
        case .open(let until): now >= until ? 1 : 0
        case .probing: 1
        }
    }

    /// When the next probe may start; nil unless it is open.
    package var opensAt: Timestamp? {
        if case .open(let until) = state { until } else { nil }
    }

    /// A request starts.
    package mutating func sent() {
        if case .open = state { state = .probing }
    }

    /// An operator says that the destination may be up again: the next probe is due now.
    package mutating func probe(at now: Timestamp) {
        if case .open = state { state = .open(until: now) }
    }

    /// A result that says the destination is up: any answer but those that ``isDown(_:)`` names.
    package mutating func succeeded(limit: Int) {
        failuresInRow = 0
        switch state {
        case .closed:
            guard let grown = ramp.map({ $0 + 1 }) else { return }
            ramp = grown >= limit ? nil : grown
        case .open, .probing:
            state = .closed
            pause = policy.probeInterval
            ramp = limit > 2 ? 2 : nil
        }
    }

    /// A result that says the destination is down.
    /// - Parameter retryAfter: what it asked us to wait; the pause is at least that long.
    package mutating func failed(at now: Timestamp, retryAfter: Duration?) {
        failuresInRow += 1
        switch state {
        case .closed:
            guard failuresInRow >= policy.failures else { return }
            open(at: now, retryAfter: retryAfter)
        case .probing:
            pause = min(pause * 2, policy.maxProbeInterval)
            open(at: now, retryAfter: retryAfter)
        case .open:
            break  // the late result of a request that left before it opened
        }
    }

    private mutating func open(at now: Timestamp, retryAfter: Duration?) {
        let asked = min(retryAfter ?? .zero, policy.maxProbeInterval)
        state = .open(until: now + max(pause, asked))
        ramp = nil
    }

    /// Whether a result says that the destination is down, rather than that it refuses this one request.
    package static func isDown(_ result: AttemptResult) -> Bool {
        switch result.outcome {
        case .delivered, .failed(.invalidRequest), .failed(.interrupted), .failed(.blockedAddress): false
        case .failed: true
        case .refused: result.status.map { $0 >= 500 || $0 == 429 || $0 == 408 } ?? false
        }
    }
}

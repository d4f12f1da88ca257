package import RelayCore

/// Keeps a destination that is down from burning the attempts of everything that waits for it.
///
/// Closed, it lets everything through. After `failures` results in a row that say "down" it opens: one probe at a time,
/// with growing pauses. The first success closes it, and the traffic grows by one request for each further success
/// until it is back at its limit, so that a receiver that just came up is not run over.
package struct Breaker: Sendable {
    package struct Configuration: Sendable, Hashable {
        /// Results in a row that open it. Default 5.
        package var failures: Int
        /// The pause before the first probe. Default 5 s.
        package var initialPause: Duration
        /// No pause is longer. Default 5 min.
        package var maxPause: Duration

        package init(failures: Int = 5, initialPause: Duration = .seconds(5), maxPause: Duration = .seconds(300)) {
            self.failures = failures
            self.initialPause = initialPause
            self.maxPause = maxPause
        }
    }

    package enum State: Sendable, Equatable {
        case closed
        /// No request until then.
        case open(until: Timestamp)
        /// A probe is under way.
        case probing
    }

    package private(set) var state: State = .closed
    /// Results in a row that said "down".
    package private(set) var failuresInRow = 0
    private let configuration: Configuration
    private var pause: Duration
    /// While traffic grows again: how much of it may be under way.
    private var ramp: Int?

    package init(_ configuration: Configuration = .init()) {
        self.configuration = configuration
        pause = configuration.initialPause
    }

    /// How many requests may be under way, when `limit` is what the destination allows.
    package func allowance(limit: Int, at now: Timestamp) -> Int {
        switch state {
        case .closed: min(limit, ramp ?? limit)
        case .open(let until): now >= until ? 1 : 0
        case .probing: 1
        }
    }

    /// When to look again; nil unless it is open.
    package var opensAt: Timestamp? {
        if case .open(let until) = state { until } else { nil }
    }

    /// A request leaves.
    package mutating func sent() {
        if case .open = state { state = .probing }
    }

    /// Somebody says that it may be up again: the next probe is due now.
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
            pause = configuration.initialPause
            ramp = limit > 2 ? 2 : nil
        }
    }

    /// A result that says the destination is down.
    /// - Parameter retryAfter: what it asked us to wait, a floor for the pause.
    package mutating func failed(at now: Timestamp, retryAfter: Duration?) {
        failuresInRow += 1
        switch state {
        case .closed:
            guard failuresInRow >= configuration.failures else { return }
            open(at: now, retryAfter: retryAfter)
        case .probing:
            pause = min(pause * 2, configuration.maxPause)
            open(at: now, retryAfter: retryAfter)
        case .open:
            break  // the late result of a request that left before it opened
        }
    }

    private mutating func open(at now: Timestamp, retryAfter: Duration?) {
        let asked = min(retryAfter ?? .zero, configuration.maxPause)
        state = .open(until: now + max(pause, asked))
        ramp = nil
    }

    /// Whether a result says that the destination is down, rather than that it dislikes this one request.
    package static func isDown(_ result: AttemptResult) -> Bool {
        switch result.outcome {
        case .delivered, .failed(.invalidRequest), .failed(.interrupted), .failed(.blockedAddress): false
        case .failed: true
        case .refused: result.status.map { $0 >= 500 || $0 == 429 || $0 == 408 } ?? false
        }
    }
}

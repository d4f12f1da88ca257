/// When a failed delivery is tried again, and when not any more.
package struct RetryPolicy: Sendable, Hashable {
    /// How the waits are spread.
    package enum Jitter: String, Sendable, CaseIterable {
        /// The wait as computed.
        case none
        /// Uniform between zero and the computed wait.
        case full
        /// Half the computed wait, and up to as much again.
        case equal
    }

    /// What `retry_on` may name.
    package enum RetryableFailure: Sendable, Hashable {
        /// Name lookup, connecting, TLS, and connections that broke.
        case network
        case timeout
        case status(Int)
        /// A hundred: `5` is `5xx`.
        case statusClass(Int)
    }

    /// Attempts in all, the first included. Default 3 (stage-07).
    package var maxAttempts: Int
    /// The wait after the first attempt. Default 2 s (stage-07).
    package var initialInterval: Duration
    /// No computed wait is longer. Default 5 min.
    package var maxInterval: Duration
    /// The factor from one wait to the next. Default 2.
    package var multiplier: Double
    /// Default `none`, as stage-07 has it.
    package var jitter: Jitter
    /// No retry is scheduled for later than this after the first attempt of the series, the time in which the
    /// destination was paused not counted; nil: no such end.
    package var maxElapsedTime: Duration?
    /// The failures after which a delivery is tried again; any other makes a dead letter at once.
    package var retryOn: Set<RetryableFailure>
    /// Whether `Retry-After` lengthens a wait, and sets the one after 429. Default true.
    package var respectRetryAfter: Bool

    /// What stage-07 retries: every failure but a refused address.
    package static let everything: Set<RetryableFailure> = [
        .network, .timeout, .statusClass(3), .statusClass(4), .statusClass(5), .statusClass(1),
    ]

    /// `[network, timeout, 408, 425, 429, 5xx]`: what is likely to pass by itself.
    package static let transient: Set<RetryableFailure> = [
        .network, .timeout, .status(408), .status(425), .status(429), .statusClass(5),
    ]

    /// The longest wait that a `Retry-After` can ask for, beyond the policy's own.
    package static let retryAfterCap: Duration = .seconds(3600)

    /// The interrupted attempts of a series that do not count: a restart says nothing about the receiver, and a process
    /// that ends again and again must not send the same delivery without end.
    package static let uncountedInterruptions = 5

    package init(
        maxAttempts: Int = 3,
        initialInterval: Duration = .seconds(2),
        maxInterval: Duration = .seconds(300),
        multiplier: Double = 2,
        jitter: Jitter = .none,
        maxElapsedTime: Duration? = nil,
        retryOn: Set<RetryableFailure> = RetryPolicy.everything,
        respectRetryAfter: Bool = true
    ) {
        self.maxAttempts = maxAttempts
        self.initialInterval = initialInterval
        self.maxInterval = maxInterval
        self.multiplier = multiplier
        self.jitter = jitter
        self.maxElapsedTime = maxElapsedTime
        self.retryOn = retryOn
        self.respectRetryAfter = respectRetryAfter
    }

    /// Whether the policy would try again after such a result, attempts and time left aside.
    package func retries(_ result: AttemptResult) -> Bool {
        switch result.outcome {
        case .delivered: false
        case .refused:
            result.status.map { retryOn.contains(.status($0)) || retryOn.contains(.statusClass($0 / 100)) } ?? false
        case .failed(.timeout): retryOn.contains(.timeout)
        case .failed(.blockedAddress), .failed(.invalidRequest): false
        case .failed(.interrupted), .failed(.localShortage): true
        case .failed: retryOn.contains(.network)
        }
    }

    /// The wait before jitter after the given attempt of a series (1 is the first).
    ///
    ///     initial 2 s, multiplier 2, max 5 min:   1 → 2 s   2 → 4 s   3 → 8 s   8 → 256 s   9 → 300 s
    package func interval(afterAttempt attempt: Int) -> Duration {
        var wait = Double(initialInterval.milliseconds)
        let cap = Double(maxInterval.milliseconds)
        for _ in 1..<max(attempt, 1) {
            wait *= multiplier
            if wait >= cap { break }
        }
        return .milliseconds(Int64(min(wait, cap)))
    }

    /// The wait with jitter and the receiver's wish. After 429 the wish alone counts: the receiver says when it has room.
    /// - Parameter random: uniform in 0..<1.
    package func delay(afterAttempt attempt: Int, result: AttemptResult, random: Double) -> Duration {
        let base = Double(interval(afterAttempt: attempt).milliseconds)
        let jittered =
            switch jitter {
            case .none: base
            case .full: base * random
            case .equal: base / 2 + base / 2 * random
            }
        let wait = Duration.milliseconds(Int64(jittered))
        guard respectRetryAfter, let asked = result.retryAfter else { return wait }
        // "Now" is no wait after 429: one that says so would be asked without end.
        let floor = result.status == 429 ? min(wait, .seconds(1)) : wait
        return max(floor, min(asked, max(Self.retryAfterCap, maxInterval)))
    }

    /// Whether an attempt of a series, interrupted, was its last.
    package static func isLast(attempt: Int, interruptions: Int, of maxAttempts: Int) -> Bool {
        interruptions >= uncountedInterruptions && attempt >= maxAttempts
    }
}

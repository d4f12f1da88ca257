package import RelayCore

/// What happens to a delivery after an attempt.
package enum RetryDecision: Sendable, Equatable {
    case delivered
    case retry(at: Timestamp)
    case dead(DeadLetterReason)
    /// The destination is to be paused, and the delivery stays queued until it is resumed: after 410 Gone, or a result
    /// with ``AttemptResult/pausesDestination``.
    case park
    /// The request did not leave; the attempt does not count.
    case unsent(until: Timestamp)

    /// How long a delivery waits for this machine's resources.
    package static let shortageWait: Duration = .seconds(1)

    /// Decides whether and when to try again. Nothing else does.
    /// - Parameter random: uniform in 0..<1, for the jitter.
    package init(
        after result: AttemptResult,
        of delivery: ClaimedDelivery,
        policy: RetryPolicy,
        now: Timestamp,
        random: Double
    ) {
        if result.pausesDestination, !result.isDelivered {
            self = .park
            return
        }
        switch result.outcome {
        case .delivered:
            self = .delivered
            return
        case .failed(.blockedAddress):
            self = .dead(.blockedDestination)
            return
        case .failed(.invalidRequest):
            self = .dead(.invalidRequest)
            return
        case .failed(.interrupted):
            let isLast = RetryPolicy.isLast(
                attempt: delivery.attemptInSeries, interruptions: delivery.interruptionsInSeries,
                of: policy.maxAttempts)
            self = isLast ? .dead(.interrupted) : .retry(at: now)
            return
        case .failed(.localShortage):
            self = .unsent(until: now + Self.shortageWait)
            return
        case .refused where result.status == 410:
            self = .park
            return
        case .refused, .failed:
            break
        }
        guard policy.retries(result) else {
            self = .dead(.refused)
            return
        }
        guard delivery.attemptInSeries < policy.maxAttempts else {
            self = .dead(.exhausted)
            return
        }
        let due =
            now
            + policy.delay(
                afterAttempt: delivery.attemptInSeries,
                result: result,
                random: random
            )
        if let limit = policy.maxElapsedTime, due > delivery.seriesStartedAt + limit {
            self = .dead(.expired)
        } else {
            self = .retry(at: due)
        }
    }
}

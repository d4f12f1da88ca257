package import RelayCore

/// What becomes of the deliveries that went out in one request.
///
/// A batch that fails is retried as it was, each delivery counting its own attempts. It is taken apart when it may be
/// one event that the receiver dislikes: at once after a refusal that says so, and before the last attempt in any case.
/// So no delivery becomes a dead letter for the company that it was in, as long as the policy allows a second attempt.
package struct BatchRetryDecision: Sendable, Equatable {
    /// In the order of the batch.
    package private(set) var decisions: [RetryDecision]
    /// For each, the batch that its retry goes in; nil where the destination takes one at a time.
    package private(set) var batches: [DeliveryID?]

    /// - Parameters:
    ///   - isBatching: whether the destination takes batches.
    ///   - random: uniform in 0..<1, for the jitter of all.
    package init(
        after result: AttemptResult,
        of batch: [ClaimedDelivery],
        isBatching: Bool,
        policy: RetryPolicy,
        now: Timestamp,
        random: Double
    ) {
        decisions = batch.map {
            RetryDecision(after: result, of: $0, policy: policy, now: now, random: random)
        }
        batches = batch.map { isBatching || batch.count > 1 ? $0.id : nil }
        guard batch.count > 1, !result.isDelivered else { return }
        let isLastNext = batch.contains { $0.attemptInSeries + 1 >= policy.maxAttempts }
        switch Self.content(result, policy) {
        case .judged:
            // Not a repetition of what was refused: there is nothing to wait for.
            for (index, delivery) in batch.enumerated() where delivery.mayGo(at: now, policy) {
                decisions[index] = .retry(at: now)
            }
            if result.status == 413, !isLastNext { halve(batch) }
        case .suspected where isLastNext:
            break
        case .suspected, .unseen:
            batches = batch.map { _ in batch.first?.id }
        }
        align()
    }

    private enum ContentVerdict {
        /// The receiver refused what it was sent.
        case judged
        /// It failed over what it was sent, or over anything else.
        case suspected
        /// It did not look at it.
        case unseen
    }

    private static func content(_ result: AttemptResult, _ policy: RetryPolicy) -> ContentVerdict {
        switch (result.outcome, result.status) {
        case (.refused, 410?), (.refused, 408?), (.refused, 425?), (.refused, 429?):
            policy.retries(result) || result.status == 410 ? .unseen : .judged
        case (.refused, let status):
            policy.retries(result) && !(400..<500).contains(status ?? 0) ? .suspected : .judged
        case (.failed(.timeout), _), (.failed(.reset), _), (.failed(.protocolError), _), (.failed(.other), _):
            policy.retries(result) ? .suspected : .judged
        case (.failed, _), (.delivered, _):
            .unseen
        }
    }

    private mutating func halve(_ batch: [ClaimedDelivery]) {
        let middle = (batch.count + 1) / 2
        for index in batch.indices { batches[index] = batch[index < middle ? 0 : middle].id }
    }

    /// What goes together again goes at one moment, the latest.
    private mutating func align() {
        var latest: [DeliveryID: Timestamp] = [:]
        for (decision, batch) in zip(decisions, batches) {
            guard case .retry(let due) = decision, let batch else { continue }
            latest[batch] = max(latest[batch] ?? due, due)
        }
        for (index, batch) in batches.enumerated() {
            guard case .retry = decisions[index], let due = batch.flatMap({ latest[$0] }) else { continue }
            decisions[index] = .retry(at: due)
        }
    }
}

extension ClaimedDelivery {
    /// Whether the policy allows another attempt now.
    fileprivate func mayGo(at now: Timestamp, _ policy: RetryPolicy) -> Bool {
        guard attemptInSeries < policy.maxAttempts else { return false }
        return policy.maxElapsedTime.map { now <= seriesStartedAt + $0 } ?? true
    }
}

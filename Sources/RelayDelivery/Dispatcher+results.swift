internal import Logging
internal import RelayCore
internal import Synchronization

/// What the results of attempts mean.
extension Dispatcher {
    /// - Returns: what the store is to write for each delivery of the request.
    func settle(_ finished: DispatcherMailbox.FinishedRequest, at now: Timestamp) async -> [AttemptSettlement] {
        let key = finished.destination
        // For a destination that is gone by now the policy that it had is used. For one that was gone before the
        // request started there is none, and its deliveries stay queued.
        let settings =
            destinations.destination(key)?.settings ?? finished.settings
            ?? DestinationDispatchSettings(retry: RetryPolicy(maxAttempts: .max))
        let isCurrent = finished.receiver == destinations.destination(key)?.receiver
        let (before, after) = state.withLock { state in
            let before = state.destinations[key]?.breaker.state ?? .closed
            state.finished(
                key, finished.batch, finished.result, settings: settings, startedAt: finished.startedAt,
                isCurrent: isCurrent, at: now)
            return (before, state.destinations[key]?.breaker.state ?? .closed)
        }
        if before != after { tell(key, was: before, is: after) }
        let verdict = BatchRetryDecision(
            after: finished.result,
            of: finished.batch,
            isBatching: settings.batch != nil,
            policy: settings.retry,
            now: now,
            random: random()
        )
        if isCurrent, verdict.decisions.contains(.park) { await pauseForGood(key, after: finished.result, at: now) }
        return finished.batch.indices.map { index in
            let delivery = finished.batch[index]
            let attempt = DeliveryAttempt(
                number: delivery.attempt, startedAt: finished.startedAt, result: finished.result)
            let next = next(verdict.decisions[index], for: delivery, after: finished.result, at: now)
            if taps.isOpen { taps.show(TapEvent(.attempt, at: now, .attempt(.init(delivery, attempt, next: next)))) }
            return AttemptSettlement(delivery: delivery.id, attempt: attempt, next: next, batch: verdict.batches[index])
        }
    }

    private func next(
        _ decision: RetryDecision,
        for delivery: ClaimedDelivery,
        after result: AttemptResult,
        at now: Timestamp
    ) -> AttemptSettlement.Next {
        switch decision {
        case .delivered:
            if let trouble = result.error {
                logger.warning(
                    "Delivered, but something beside it failed",
                    metadata: [
                        "delivery": "\(delivery.id)", "destination": "\(delivery.destination)", "error": "\(trouble)",
                    ]
                )
            }
            return .delivered
        case .retry(let due): return .retry(at: due)
        case .park: return .retry(at: now)
        case .unsent(let moment): return .unsent(until: moment)
        case .dead(let reason):
            logger.warning(
                "Delivery is a dead letter",
                metadata: [
                    "delivery": "\(delivery.id)", "destination": "\(delivery.destination)",
                    "reason": "\(reason.rawValue)", "attempts": "\(delivery.attempt)",
                    "status": "\(result.status.map(String.init) ?? "none")",
                ]
            )
            return .dead(reason)
        }
    }

    /// Logs that a destination went down or came back, and not each probe that fails in between.
    private func tell(_ key: DestinationKey, was before: Breaker.State, is after: Breaker.State) {
        switch (before, after) {
        case (.closed, .open(let until)):
            logger.warning(
                "Destination is down; probing it from time to time",
                metadata: ["destination": "\(key)", "next_probe": "\(until)"]
            )
        case (_, .closed):
            logger.notice("Destination is up again", metadata: ["destination": "\(key)"])
        default:
            logger.debug("Probed a destination that is down", metadata: ["destination": "\(key)"])
        }
    }

    /// Pauses a destination that wants no more deliveries, or at which none can succeed. Its deliveries stay queued
    /// until an operator resumes it.
    private func pauseForGood(_ key: DestinationKey, after result: AttemptResult, at now: Timestamp) async {
        let reason: DestinationPause.Reason = result.pausesDestination ? .denied : .gone
        let pause = DestinationPause(
            destination: key, reason: reason, since: now, receiver: destinations.destination(key)?.receiver)
        let isNew = state.withLock { state in
            guard state.destinations[key]?.isPaused != true else { return false }
            state.pause(pause)
            return true
        }
        guard isNew else { return }
        var metadata: Logger.Metadata = ["destination": "\(key)", "reason": "\(reason.rawValue)"]
        if let error = result.error { metadata["error"] = "\(error)" }
        logger.warning("Destination is paused; its deliveries are kept until it is resumed", metadata: metadata)
        do {
            try await outbox.pause(pause)
        } catch {
            logger.error(
                "The pause could not be written and ends with this process",
                metadata: ["destination": "\(key)", "error": "\(error)"]
            )
        }
    }
}

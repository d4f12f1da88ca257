package import RelayCore

extension DeliveryWait {
    /// Nil unless the delivery is queued.
    /// - Parameters:
    ///   - state: what the dispatcher knows of its destination.
    ///   - settings: nil for a destination that is gone.
    ///   - isEnabled: false for a webhook that is disabled.
    package init?(
        of delivery: DeliveryDetails, state: DispatchState.DestinationState?, settings: DestinationDispatchSettings?,
        isEnabled: Bool, at now: Timestamp
    ) {
        guard delivery.state == .queued else { return nil }
        self = Self.wait(
            due: delivery.dueAt ?? now, isBehind: delivery.behind != nil, state: state, settings: settings,
            isEnabled: isEnabled, at: now)
        behind = delivery.behind
    }

    /// What the next delivery of a destination waits for; nil when nothing keeps it.
    /// - Parameter hasQueued: whether deliveries are queued; without any, only what keeps the whole destination counts.
    package init?(
        ofNextAt state: DispatchState.DestinationState?, hasQueued: Bool, settings: DestinationDispatchSettings?,
        isEnabled: Bool, at now: Timestamp
    ) {
        self = Self.wait(
            due: hasQueued ? state?.nextDue ?? now : now, isBehind: false, state: state, settings: settings,
            isEnabled: isEnabled, at: now)
        switch reason {
        case .rateLimit, .release, .batch, .slot, .retry, .lane: if !hasQueued { return nil }
        case .removed, .disabled, .paused, .gone, .denied, .breaker, .receiverRate: break
        }
    }

    private static func wait(
        due: Timestamp, isBehind: Bool, state: DispatchState.DestinationState?,
        settings: DestinationDispatchSettings?, isEnabled: Bool, at now: Timestamp
    ) -> DeliveryWait {
        let absence = state?.pause.flatMap { $0.reason == .absent ? $0.since : nil }
        guard let settings else { return DeliveryWait(.removed, since: absence) }
        guard isEnabled else { return DeliveryWait(.disabled, since: absence) }
        if let pause = state?.pause {
            let reason: Reason =
                switch pause.reason {
                case .manual: .paused
                case .gone: .gone
                case .denied: .denied
                case .absent: .disabled
                }
            return DeliveryWait(reason, since: pause.since)
        }
        if isBehind { return DeliveryWait(.lane) }
        if let opens = state?.breaker.opensAt, opens > now, opens >= due { return DeliveryWait(.breaker, until: opens) }
        if due > now { return DeliveryWait(.retry, until: due) }
        if case .probing = state?.breaker.state { return DeliveryWait(.breaker) }
        if let rate = state?.receiverRate, rate.available(at: now) == 0 {
            return DeliveryWait(.receiverRate, until: rate.nextAvailable(after: now))
        }
        if let release = state?.release, release.limiter.available(at: now) == 0 {
            return DeliveryWait(.release, until: release.limiter.nextAvailable(after: now))
        }
        if let limiter = state?.limiter, limiter.available(at: now) == 0 {
            return DeliveryWait(.rateLimit, until: limiter.nextAvailable(after: now))
        }
        if let batch = settings.batch, due + batch.maxWait > now {
            return DeliveryWait(.batch, until: due + batch.maxWait)
        }
        return DeliveryWait(.slot)
    }
}

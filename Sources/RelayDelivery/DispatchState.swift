package import RelayCore

/// What the dispatcher knows of its destinations, and its decisions: what to claim now, when to check again, what a
/// result means. Pure: the time is an argument.
package struct DispatchState: Sendable {
    /// The state of one destination.
    package struct DestinationState: Sendable {
        /// Requests under way; a batch is one.
        package internal(set) var inFlight = 0
        /// When the next delivery is due; nil: none is known.
        package internal(set) var nextDue: Timestamp?
        package internal(set) var pause: DestinationPause?
        package var isPaused: Bool { pause != nil }
        /// ``Destination/receiver`` when it was last looked at.
        var receiver: String?
        package internal(set) var breaker: Breaker
        /// The rate that the receiver allows.
        package internal(set) var receiverRate: ReceiverRate
        /// The rate that the configuration allows.
        var limiter: RateLimiter?

        init(_ policy: BreakerPolicy) {
            breaker = Breaker(policy)
            receiverRate = ReceiverRate(longestHold: policy.maxProbeInterval)
        }
    }

    package private(set) var destinations: [DestinationKey: DestinationState] = [:]
    package private(set) var inFlight = 0
    /// The destinations with a ``DestinationState/nextDue``: only these are looked at in each round, because most of many
    /// destinations have nothing to send.
    package private(set) var scheduled: Set<DestinationKey> = []
    private let breaker: BreakerPolicy
    private let capacity: Int
    /// Where the next round of claims begins, so that all destinations are served when the slots are few.
    private var round = 0

    /// - Parameter capacity: requests under way in all.
    package init(capacity: Int, breaker: BreakerPolicy) {
        self.capacity = capacity
        self.breaker = breaker
    }

    private mutating func with<Result>(_ key: DestinationKey, _ body: (inout DestinationState) -> Result) -> Result {
        let fresh = DestinationState(breaker)
        defer {
            if destinations[key]?.nextDue == nil {
                if !scheduled.isEmpty { scheduled.remove(key) }
            } else {
                scheduled.insert(key)
            }
        }
        return body(&destinations[key, default: fresh])
    }

    /// Something of the destination is due at the given moment or earlier.
    package mutating func wake(_ key: DestinationKey, at due: Timestamp) {
        with(key) { $0.nextDue = min($0.nextDue ?? due, due) }
    }

    package mutating func pause(_ pause: DestinationPause) {
        with(pause.destination) { $0.pause = pause }
    }

    package mutating func resume(_ key: DestinationKey, at now: Timestamp) {
        with(key) { $0.pause = nil }
        reset(key)
        wake(key, at: now)
    }

    /// Looks at where deliveries go now. What is known of another receiver is forgotten, and a pause for what another
    /// receiver answered ends.
    /// - Parameter receiver: nil for a destination that is gone.
    /// - Returns: the destinations that are no longer paused.
    package mutating func follow(at now: Timestamp, receiver: (DestinationKey) -> String?) -> [DestinationKey] {
        var resumed: [DestinationKey] = []
        for (key, destination) in destinations {
            guard let present = receiver(key) else { continue }
            destinations[key]?.receiver = present
            if let pause = destination.pause {
                guard pause.reason != .manual, let refusing = pause.receiver, refusing != present else { continue }
                resume(key, at: now)
                resumed.append(key)
            } else if let former = destination.receiver, former != present {
                reset(key)
            }
        }
        return resumed
    }

    /// Nothing is known of the receiver any more: it is another one, or somebody says that it is up.
    private mutating func reset(_ key: DestinationKey) {
        let fresh = DestinationState(breaker)
        with(key) { destination in
            destination.breaker = fresh.breaker
            destination.receiverRate = fresh.receiverRate
        }
    }

    /// Lets every open breaker probe now.
    package mutating func probe(at now: Timestamp) {
        for key in destinations.keys { destinations[key]?.breaker.probe(at: now) }
    }

    /// What to claim from the outbox now.
    /// - Parameter settings: nil for a destination that is gone; its deliveries stay queued.
    package mutating func claims(at now: Timestamp, settings: (DestinationKey) -> DestinationDispatchSettings?)
        -> [DeliveryClaimRequest]
    {
        let ready = scheduled.filter { key in destinations[key]?.nextDue.map { $0 <= now } ?? false }
        guard !ready.isEmpty, inFlight < capacity else { return [] }
        let ordered = ready.count == 1 ? Array(ready) : rotated(ready.sorted())
        var claims: [DeliveryClaimRequest] = []
        var taken = inFlight
        for key in ordered where taken < capacity {
            guard let settings = settings(key) else { continue }
            let limit = with(key) { $0.limit(now: now, settings: settings) }
            let wanted = min(limit, freeSlots(for: key, taken: taken))
            guard wanted > 0 else { continue }
            taken += wanted
            claims.append(
                DeliveryClaimRequest(
                    destination: key, limit: wanted, batch: settings.batch, avoiding: avoided(by: key)))
        }
        return claims
    }

    /// How many more slots a destination may have, so that slow ones cannot take all. The first half of the slots goes
    /// to any destination, the next quarter in equal shares, the last quarter to destinations with nothing under way.
    private func freeSlots(for key: DestinationKey, taken: Int) -> Int {
        let mine = destinations[key]?.inFlight ?? 0
        if taken * 2 < capacity { return max(1, capacity / 2 - taken) }
        if taken * 4 < capacity * 3 { return max(0, max(1, capacity / max(destinations.count, 1)) - mine) }
        return mine == 0 ? 1 : 0
    }

    /// What a probe is not to be, as long as there is something else.
    private func avoided(by key: DestinationKey) -> Set<DeliveryID> {
        guard let breaker = destinations[key]?.breaker, breaker.opensAt != nil else { return [] }
        return Set(breaker.avoided)
    }

    private mutating func rotated(_ keys: [DestinationKey]) -> [DestinationKey] {
        round += 1
        let start = round % keys.count
        return Array(keys[start...] + keys[..<start])
    }

    /// Deliveries were taken; the requests with them are now under way.
    package mutating func claimed(
        _ result: DeliveryClaimResult, ordering: DestinationDispatchSettings.Ordering = .perChat,
        receiver: String? = nil, at now: Timestamp
    ) {
        let count = result.batches.count
        inFlight += count
        with(result.destination) { destination in
            destination.receiver = receiver ?? destination.receiver
            destination.inFlight += count
            destination.nextDue = result.nextDue
            destination.limiter?.take(count, at: now)
            destination.receiverRate.started(count, at: now)
            for batch in result.batches {
                if let request = RequestIdentity(batch, ordering: ordering) { destination.breaker.sent(request) }
            }
        }
    }

    /// The attempt of a request ended.
    /// - Parameter isCurrent: whether it went to the receiver that the destination has now.
    package mutating func finished(
        _ key: DestinationKey, _ batch: [ClaimedDelivery], _ result: AttemptResult,
        settings: DestinationDispatchSettings, isCurrent: Bool = true, at now: Timestamp
    ) {
        inFlight -= 1
        with(key) { destination in
            destination.inFlight -= 1
            guard isCurrent else { return }
            let verdict = Breaker.verdict(result)
            if let request = RequestIdentity(batch, ordering: settings.ordering) {
                destination.breaker.ended(
                    request, verdict, retryAfter: result.retryAfter, limit: settings.maxInFlight, at: now)
            }
            if result.status == 429 {
                destination.receiverRate.refused(at: now, retryAfter: result.retryAfter)
            } else if verdict == .up {
                destination.receiverRate.accepted(at: now)
            }
        }
    }

    /// Forgets a destination that was deleted with all that was queued for it. What is under way still comes back.
    package mutating func forget(_ key: DestinationKey) {
        guard let inFlight = destinations[key]?.inFlight else { return }
        scheduled.remove(key)
        destinations[key] = nil
        if inFlight > 0 { with(key) { $0.inFlight = inFlight } }
    }

    /// Forgets destinations with nothing under way and nothing due, so that a deleted webhook leaves no trace.
    package mutating func forgetIdle(keeping isKnown: (DestinationKey) -> Bool) {
        destinations = destinations.filter { key, destination in
            destination.inFlight > 0 || destination.nextDue != nil || destination.isPaused || isKnown(key)
        }
    }

    /// When there is something to do that no event reports; nil when everything waits for events.
    package func nextWake(after now: Timestamp, settings: (DestinationKey) -> DestinationDispatchSettings?)
        -> Timestamp?
    {
        var earliest: Timestamp?
        for key in scheduled {
            guard let destination = destinations[key], !destination.isPaused, var due = destination.nextDue,
                let settings = settings(key)
            else { continue }
            if let opens = destination.breaker.opensAt { due = max(due, opens) }
            if destination.breaker.allowance(limit: settings.maxInFlight, at: max(due, now)) <= destination.inFlight {
                continue  // a result has to come in first
            }
            if let limiter = destination.limiter, limiter.available(at: max(due, now)) == 0 {
                due = max(due, limiter.nextAvailable(after: now))
            }
            if destination.receiverRate.available(at: max(due, now)) == 0 {
                due = max(due, destination.receiverRate.nextAvailable(after: now))
            }
            // What is due and was not claimed waits for a result, not for a moment.
            if due > now { earliest = min(earliest ?? due, due) }
        }
        return earliest
    }
}

extension DispatchState.DestinationState {
    fileprivate mutating func limit(now: Timestamp, settings: DestinationDispatchSettings) -> Int {
        guard !isPaused else { return 0 }
        if limiter?.serves(settings.rateLimit) != true { limiter = settings.rateLimit.map { RateLimiter($0) } }
        let rates = [limiter?.available(at: now), receiverRate.available(at: now)].compactMap(\.self)
        let allowed = breaker.allowance(limit: settings.maxInFlight, at: now) - inFlight
        return max(0, rates.reduce(allowed, min))
    }
}

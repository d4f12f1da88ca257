package import RelayCore

extension DispatchState {
    /// The state of one destination.
    package struct DestinationState: Sendable {
        /// Requests under way; a batch is one.
        package internal(set) var inFlight = 0
        /// When the next delivery is due; nil: none is known.
        package internal(set) var nextDue: Timestamp?
        package internal(set) var pause: DestinationPause?
        package var isPaused: Bool { pause != nil }
        package internal(set) var breaker: Breaker
        /// The rate that the receiver allows.
        package internal(set) var receiverRate: ReceiverRate
        package internal(set) var answers = AnswerRecord()
        /// The rate that the configuration allows.
        package internal(set) var limiter: RateLimiter?
        /// What it held is sent at a rate.
        package internal(set) var release: Release?
        /// ``Destination/receiver`` when it was last looked at.
        var receiver: String?
        var place = Place.idle

        init(_ policy: BreakerPolicy) {
            breaker = Breaker(policy)
            receiverRate = ReceiverRate(longestHold: policy.maxProbeInterval)
        }
    }

    /// The rest of what a destination held.
    package struct Release: Sendable {
        package let rate: RateLimit
        package private(set) var remaining: Int
        package private(set) var limiter: RateLimiter
        private let last: DeliveryID

        init(_ release: DestinationRelease) {
            rate = release.rate
            remaining = release.remaining
            last = release.last
            limiter = RateLimiter(release.rate)
        }

        mutating func take(_ batches: [[ClaimedDelivery]], at now: Timestamp) {
            limiter.take(batches.count, at: now)
            remaining -= batches.reduce(0) { $0 + $1.filter { $0.id <= last }.count }
        }
    }

    /// What a destination waits for.
    enum Place: Sendable, Equatable {
        /// For an event: something new, a result, the end of a pause.
        case idle
        /// For a moment.
        case waiting(until: Timestamp)
        /// For a slot.
        case ready(AnswerRecord.Standing)
        /// For the deliveries that are being taken off the outbox.
        case claiming
    }
}

extension DispatchState.DestinationState {
    /// Takes over the rate that the configuration has now.
    mutating func prepareLimiter(_ settings: DestinationDispatchSettings) {
        if limiter?.serves(settings.rateLimit) != true { limiter = settings.rateLimit.map { RateLimiter($0) } }
    }

    /// When a request may start; nil: an event has to come first.
    mutating func start(at now: Timestamp, settings: DestinationDispatchSettings) -> Timestamp? {
        guard !isPaused, var moment = nextDue else { return nil }
        prepareLimiter(settings)
        if let opens = breaker.opensAt { moment = max(moment, opens) }
        guard breaker.allowance(limit: settings.maxInFlight, at: max(moment, now)) > inFlight else { return nil }
        if let limiter, limiter.available(at: max(moment, now)) == 0 {
            moment = max(moment, limiter.nextAvailable(after: now))
        }
        if let limiter = release?.limiter, limiter.available(at: max(moment, now)) == 0 {
            moment = max(moment, limiter.nextAvailable(after: now))
        }
        if receiverRate.available(at: max(moment, now)) == 0 {
            moment = max(moment, receiverRate.nextAvailable(after: now))
        }
        return moment
    }

    /// How many requests may start now, slots aside.
    func limit(at now: Timestamp, settings: DestinationDispatchSettings) -> Int {
        let rates = [
            limiter?.available(at: now), release?.limiter.available(at: now), receiverRate.available(at: now),
        ].compactMap(\.self)
        let allowed = breaker.allowance(limit: settings.maxInFlight, at: now) - inFlight
        return max(0, rates.reduce(allowed, min))
    }
}

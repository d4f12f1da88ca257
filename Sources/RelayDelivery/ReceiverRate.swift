package import RelayCore

/// Follows the rate that a receiver allows with its answers 429, so that deliveries do not use up their attempts.
///
/// Each 429 holds the destination for as long as the receiver asks. The first one also sets the rate, to what was taken
/// until then. From there the rate grows until the next 429, and goes back to the last one that was taken as a whole;
/// further tries to exceed it become rare. A receiver that takes nothing is held for longer each time.
///
/// Some receivers answer 429 now and then at any rate: lower rates are refused as often. For those only the holds remain.
package struct ReceiverRate: Sendable {
    /// No request starts before that moment.
    package private(set) var heldUntil: Timestamp?
    /// Requests per second; nil: no limit is known.
    package private(set) var perSecond: Double?
    private var limiter: RateLimiter?
    /// The last rate that was taken as a whole.
    private var known: Double?
    /// Since when requests that were taken are counted.
    private var windowStart: Timestamp?
    private var taken = 0
    private var lastRefusal: Timestamp?
    /// Holds in a row in which nothing was taken.
    private var emptyHolds = 0
    /// Whether the rate grows fast, because it was not exceeded yet.
    private var isSearching = false
    /// Refusals in a row that came although the rate was not raised, each after ``enough`` requests.
    private var unexplained = 0
    /// Whether the receiver's refusals do not depend on the rate.
    private var isUnlimited = false
    /// How long a rate is kept before a higher one is tried.
    private var trial = Self.shortestTrial
    private let longestHold: Duration

    /// Requests taken at a rate after which it is not the rate that is refused.
    private static let enough = 10
    /// Refusals after ``enough`` requests each that show that no rate is meant.
    private static let evidence = 3
    /// Empty holds after which they become longer.
    private static let patience = 5
    private static let shortestTrial: Duration = .seconds(5)
    private static let longestTrial: Duration = .seconds(60)
    /// A rate that was not exceeded for so long is forgotten.
    private static let memory: Duration = .seconds(300)

    package init(longestHold: Duration = BreakerPolicy().maxProbeInterval) {
        self.longestHold = longestHold
    }

    /// How many requests may start now; nil: any number.
    package func available(at now: Timestamp) -> Int? {
        if let heldUntil, now < heldUntil { return 0 }
        return limiter?.available(at: now)
    }

    /// When the next request may start.
    package func nextAvailable(after now: Timestamp) -> Timestamp {
        let held = max(now, heldUntil ?? now)
        return limiter?.nextAvailable(after: held) ?? held
    }

    package mutating func started(_ count: Int, at now: Timestamp) {
        limiter?.take(count, at: now)
    }

    /// The receiver took a request.
    package mutating func accepted(at now: Timestamp) {
        roll(at: now)
        emptyHolds = 0
        taken += 1
    }

    /// The receiver answered 429.
    package mutating func refused(at now: Timestamp, retryAfter: Duration?) {
        roll(at: now)
        let asked = min(max(retryAfter ?? .seconds(1), .seconds(1)), longestHold)
        lastRefusal = now
        if let heldUntil, now < heldUntil {
            // Of the requests that left before the hold.
            self.heldUntil = max(heldUntil, now + asked)
            windowStart = self.heldUntil
            return
        }
        defer { hold(asked, at: now) }
        if isUnlimited {
            guard taken < Self.enough else { return unexplained = Self.evidence }
            unexplained -= 1
            guard unexplained <= 0 else { return }
            isUnlimited = false
        } else if perSecond != nil {
            unexplained = taken >= Self.enough ? unexplained + 1 : 0
            if unexplained == Self.evidence {
                isUnlimited = true
                perSecond = nil
                limiter = nil
                known = nil
                return
            }
        }
        let time = (windowStart.map { now - $0 } ?? .zero) + asked
        let measured = Double(taken) * 1000 / Double(time.milliseconds)
        if let perSecond {
            if let known, known < perSecond {
                limit(to: known)
                if !isSearching { trial = min(trial * 2, Self.longestTrial) }
            } else {
                // One request for each wait that it asks for is no excess.
                let least = min(perSecond, 1000 / Double(asked.milliseconds))
                limit(to: max(min(measured, perSecond), perSecond / 2, least))
                known = nil
            }
            isSearching = false
        } else {
            limit(to: taken > 0 ? measured : 1)
            isSearching = true
        }
    }

    private mutating func hold(_ asked: Duration, at now: Timestamp) {
        emptyHolds += 1
        let excess = min(max(0, emptyHolds - Self.patience), 16)
        let until = now + min(max(asked, excess > 0 ? .seconds(1 << excess) : .zero), longestHold)
        heldUntil = until
        begin(at: until)
    }

    private mutating func begin(at moment: Timestamp) {
        windowStart = moment
        taken = 0
    }

    /// Ends the window when it is over.
    private mutating func roll(at now: Timestamp) {
        guard let windowStart else { return begin(at: now) }
        if let lastRefusal, now - lastRefusal > Self.memory {
            self = ReceiverRate(longestHold: longestHold)
            return begin(at: now)
        }
        guard let perSecond else {
            // Where nothing is limited, all that was taken since the last hold counts.
            if !isUnlimited, now - windowStart > .seconds(1) { begin(at: now) }
            return
        }
        let length = isSearching ? max(1000, 1000 / perSecond) : max(Double(trial.milliseconds), 10_000 / perSecond)
        let elapsed = Double((now - windowStart).milliseconds)
        guard elapsed >= length else { return }
        // A rate that was not used says nothing.
        if Double(taken) >= perSecond * elapsed / 2000 {
            known = perSecond
            unexplained = 0
            limit(to: perSecond * (isSearching ? 1.5 : 1.1))
        }
        begin(at: now)
    }

    private mutating func limit(to rate: Double) {
        let rate = min(max(rate, 0.01), 100_000)
        perSecond = rate
        limiter = RateLimiter(
            rate >= 20
                ? RateLimit(count: Int(rate), per: .seconds(1))
                : RateLimit(count: 1, per: .milliseconds(Int64(1000 / rate))),
            after: limiter)
    }
}

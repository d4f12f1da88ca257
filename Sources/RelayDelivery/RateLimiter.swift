package import RelayCore

/// Spaces requests so that no more than the limit's count start in its time: the generic cell rate algorithm, with a
/// burst of a tenth of the count.
package struct RateLimiter: Sendable {
    private let limit: RateLimit
    /// The part of the budget that one request takes, in milliseconds.
    private let cost: Double
    private let burst: Double
    /// When the whole budget is available again, in milliseconds since the epoch.
    private var full: Double

    /// - Parameter former: the limiter in whose place it comes; the requests of that one count.
    package init(_ limit: RateLimit, after former: RateLimiter? = nil) {
        self.limit = limit
        cost = Double(limit.per.milliseconds) / Double(max(limit.count, 1))
        burst = cost * Double(max(1, limit.count / 10))
        full = former?.full ?? 0
    }

    /// Whether it was made for this limit.
    package func serves(_ limit: RateLimit?) -> Bool {
        self.limit == limit
    }

    /// How many requests may start now.
    package func available(at now: Timestamp) -> Int {
        let used = max(0, full - Double(now.milliseconds))
        return max(0, Int(((burst - used) / cost + 1e-6).rounded(.down)))
    }

    package mutating func take(_ count: Int, at now: Timestamp) {
        full = max(full, Double(now.milliseconds)) + cost * Double(count)
    }

    /// When the next request may start.
    package func nextAvailable(after now: Timestamp) -> Timestamp {
        let start = full - burst + cost
        return max(now, Timestamp(milliseconds: Int64(start.rounded(.up))))
    }
}

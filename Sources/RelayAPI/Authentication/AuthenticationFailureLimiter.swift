internal import RelayCore
internal import Synchronization

/// Limits failed authentications per IP address with token buckets that refill within a minute.
final class AuthenticationFailureLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Timestamp
    }

    private let perMinute: Int
    private let buckets = Mutex<[String: Bucket]>([:])
    /// The maximum number of buckets, which bounds memory.
    private static let mostAddresses = 10_000

    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Takes a token. Returns nil on success, otherwise the seconds until a token is available.
    func take(for address: String, at now: Timestamp) -> Int? {
        let perMillisecond = Double(perMinute) / 60_000
        return buckets.withLock { buckets in
            if buckets.count >= Self.mostAddresses, buckets[address] == nil { forgetFull(in: &buckets, at: now) }
            var bucket = buckets[address] ?? Bucket(tokens: Double(perMinute), filledAt: now)
            let gained = Double((now - bucket.filledAt).milliseconds) * perMillisecond
            bucket.tokens = min(Double(perMinute), bucket.tokens + max(0, gained))
            bucket.filledAt = now
            defer { buckets[address] = bucket }
            guard bucket.tokens < 1 else {
                bucket.tokens -= 1
                return nil
            }
            return max(1, Int(((1 - bucket.tokens) / perMillisecond / 1000).rounded(.up)))
        }
    }

    /// Removes the buckets of addresses without failures for a minute. If there are none, removes all: callers then
    /// only get a full bucket.
    private func forgetFull(in buckets: inout [String: Bucket], at now: Timestamp) {
        buckets = buckets.filter { (now - $0.value.filledAt).milliseconds < 60_000 }
        if buckets.count >= Self.mostAddresses { buckets.removeAll() }
    }
}

internal import RelayCore
internal import Synchronization

/// Counts failures per address: a bucket of tokens each, filled again over a minute.
final class AuthenticationFailureLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: Timestamp
    }

    private let perMinute: Int
    private let buckets = Mutex<[String: Bucket]>([:])
    /// Bounds the memory that failing callers can take.
    private static let mostAddresses = 10_000

    init(perMinute: Int) {
        self.perMinute = perMinute
    }

    /// Takes a token. Returns nil when there was one, otherwise the seconds until there is.
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

    /// Drops who has been quiet for a minute; if nobody has, drops all: a full table then costs callers nothing but
    /// a fresh bucket.
    private func forgetFull(in buckets: inout [String: Bucket], at now: Timestamp) {
        buckets = buckets.filter { (now - $0.value.filledAt).milliseconds < 60_000 }
        if buckets.count >= Self.mostAddresses { buckets.removeAll() }
    }
}

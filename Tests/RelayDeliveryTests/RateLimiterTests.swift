import RelayCore
import RelayDelivery
import Testing

struct RateLimiterTests {
    @Test(arguments: [
        RateLimit(count: 20, per: .seconds(1)), RateLimit(count: 600, per: .seconds(60)),
        RateLimit(count: 1, per: .seconds(10)), RateLimit(count: 5000, per: .seconds(1)),
    ])
    func startsAsManyAsTheLimitSaysAndOneBurst(limit: RateLimit) {
        var limiter = RateLimiter(limit)
        var started = 0
        let end = limit.per.milliseconds * 10
        for millisecond in stride(from: Int64(0), to: end, by: 1) {
            let count = limiter.available(at: .at(millisecond))
            if count > 0 { limiter.take(count, at: .at(millisecond)) }
            started += count
        }
        #expect(started >= limit.count * 10 - 1)
        #expect(started <= limit.count * 10 + max(1, limit.count / 10))
    }

    @Test func saysWhenTheNextMayStart() {
        var limiter = RateLimiter(RateLimit(count: 2, per: .seconds(1)))
        limiter.take(limiter.available(at: .at(0)), at: .at(0))
        #expect(limiter.available(at: .at(0)) == 0)
        let next = limiter.nextAvailable(after: .at(0))
        #expect(next == .at(500))
        #expect(limiter.available(at: next) == 1)
    }
}

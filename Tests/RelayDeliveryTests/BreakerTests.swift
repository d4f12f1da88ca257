import RelayCore
import RelayDelivery
import Testing

struct BreakerTests {
    private func opened() -> Breaker {
        var breaker = Breaker()
        for _ in 1...5 { breaker.failed(at: .at(0), retryAfter: nil) }
        return breaker
    }

    @Test func opensAfterFailuresInARowOnly() {
        var breaker = Breaker()
        for _ in 1...4 { breaker.failed(at: .at(0), retryAfter: nil) }
        breaker.succeeded(limit: 16)
        for _ in 1...4 { breaker.failed(at: .at(0), retryAfter: nil) }
        #expect(breaker.state == .closed)
        breaker.failed(at: .at(0), retryAfter: nil)
        #expect(breaker.state == .open(until: .at(5000)))
        #expect(breaker.allowance(limit: 16, at: .at(4999)) == 0)
    }

    @Test func probesOneAtATimeWithGrowingPauses() {
        var breaker = opened()
        var now: Int64 = 0
        for pause: Int64 in [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000] {
            #expect(breaker.allowance(limit: 16, at: .at(now + pause - 1)) == 0)
            now += pause
            #expect(breaker.allowance(limit: 16, at: .at(now)) == 1)
            breaker.sent()
            #expect(breaker.state == .probing)
            breaker.failed(at: .at(now), retryAfter: nil)
        }
    }

    @Test func trafficGrowsBackByOneForEachSuccess() {
        var breaker = opened()
        breaker.sent()
        var allowances: [Int] = []
        for _ in 1...5 {
            breaker.succeeded(limit: 5)
            allowances.append(breaker.allowance(limit: 5, at: .at(6000)))
        }
        #expect(allowances == [2, 3, 4, 5, 5])
    }

    @Test func aReceiverThatAsksForTimeGetsIt() {
        var breaker = Breaker()
        for _ in 1...5 { breaker.failed(at: .at(0), retryAfter: .seconds(60)) }
        #expect(breaker.state == .open(until: .at(60_000)))
    }

    @Test func aProbeThatSomebodyAsksForIsDueAtOnce() {
        var breaker = opened()
        breaker.probe(at: .at(100))
        #expect(breaker.allowance(limit: 16, at: .at(100)) == 1)
        breaker.sent()
        breaker.probe(at: .at(200))
        #expect(breaker.state == .probing, "a probe under way is not doubled")
    }

    @Test func lateFailuresOfOpenBreakersDoNotLengthenThePause() {
        var breaker = opened()
        breaker.failed(at: .at(4000), retryAfter: nil)
        #expect(breaker.state == .open(until: .at(5000)))
    }

    @Test func onlyResultsThatSayDownCount() {
        for result in [answer(500), answer(503), answer(429), answer(408), failure(.connect), failure(.timeout)] {
            #expect(Breaker.isDown(result))
        }
        for result in [answer(200), answer(400), answer(404), answer(301), failure(.invalidRequest)] {
            #expect(!Breaker.isDown(result))
        }
    }
}

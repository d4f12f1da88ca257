import RelayCore
import RelayDelivery
import RelayTesting
import Testing

struct BreakerTests {
    /// A request of a chat.
    private func request(_ chat: Int64) -> RequestIdentity {
        RequestIdentity(delivery: DeliveryID(chat), chat: "chat\(chat)")
    }

    private func opened() -> Breaker {
        var breaker = Breaker()
        for chat: Int64 in 1...5 { breaker.ended(request(chat), .down, limit: 16, at: .at(0)) }
        return breaker
    }

    @Test func opensAfterFailuresInARowOnly() {
        var breaker = Breaker()
        for chat: Int64 in 1...4 { breaker.ended(request(chat), .down, limit: 16, at: .at(0)) }
        breaker.ended(request(9), .up, limit: 16, at: .at(0))
        for chat: Int64 in 1...4 { breaker.ended(request(chat), .down, limit: 16, at: .at(0)) }
        #expect(breaker.state == .closed)
        breaker.ended(request(5), .down, limit: 16, at: .at(0))
        #expect(breaker.state == .open(until: .at(5000)))
        #expect(breaker.allowance(limit: 16, at: .at(4999)) == 0)
    }

    @Test func failuresOfTwoChatsSayNothingOfTheDestination() {
        var breaker = Breaker()
        for round: Int64 in 1...50 { breaker.ended(request(round % 2), .down, limit: 16, at: .at(round)) }
        #expect(breaker.state == .closed)
        breaker.ended(request(2), .down, limit: 16, at: .at(60))
        #expect(breaker.state == .open(until: .at(5060)))
    }

    @Test func threeFailedConnectionsAreEnoughUnlessOneChatIsAlone() {
        var breaker = Breaker()
        for _ in 1...20 { breaker.ended(request(1), .unreachable, limit: 16, at: .at(0)) }
        #expect(breaker.state == .closed, "its own retry wait applies")
        breaker.ended(request(2), .unreachable, limit: 16, at: .at(0))
        #expect(breaker.state == .open(until: .at(5000)))
        var second = Breaker()
        for chat: Int64 in 1...3 {
            #expect(second.state == .closed)
            second.ended(request(chat), .unreachable, limit: 16, at: .at(0))
        }
        #expect(second.state == .open(until: .at(5000)))
    }

    @Test func withoutOrderEachDeliveryStandsForItself() {
        var breaker = Breaker()
        for number: Int64 in 1...5 {
            let one = claimed(number)
            RequestIdentity([one], ordering: .none).map { breaker.ended($0, .down, limit: 16, at: .at(0)) }
        }
        #expect(breaker.state == .open(until: .at(5000)))
    }

    @Test func probesOneAtATimeWithGrowingPauses() {
        var breaker = opened()
        var now: Int64 = 0
        for (index, pause) in [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000].enumerated() {
            #expect(breaker.allowance(limit: 16, at: .at(now + Int64(pause) - 1)) == 0)
            now += Int64(pause)
            #expect(breaker.allowance(limit: 16, at: .at(now)) == 1)
            let probe = request(Int64(100 + index))
            breaker.sent(probe)
            #expect(breaker.state == .probing(probe.delivery))
            breaker.ended(probe, .down, limit: 16, at: .at(now))
        }
    }

    /// Otherwise a few poison messages alone would keep a healthy chat waiting for minutes.
    @Test func aProbeOfAChatThatFailedBeforeDoesNotLengthenThePause() {
        var breaker = opened()
        for round: Int64 in 1...5 {
            breaker.sent(request(1))
            breaker.ended(request(1), .down, limit: 16, at: .at(round * 5000))
            #expect(breaker.state == .open(until: .at(round * 5000 + 5000)))
        }
        breaker.sent(request(1))
        breaker.ended(request(1), .unreachable, limit: 16, at: .at(30_000))
        #expect(breaker.state == .open(until: .at(40_000)))
    }

    @Test func whatFailedLastIsNotTheProbe() {
        let breaker = opened()
        #expect(breaker.avoided == (1...5).map { DeliveryID($0) })
        var closed = breaker
        closed.ended(request(9), .up, limit: 16, at: .at(0))
        #expect(closed.avoided.isEmpty)
    }

    @Test func trafficGrowsBackByOneForEachSuccess() {
        var breaker = opened()
        breaker.sent(request(6))
        var allowances: [Int] = []
        for chat: Int64 in 6...10 {
            breaker.ended(request(chat), .up, limit: 5, at: .at(6000))
            allowances.append(breaker.allowance(limit: 5, at: .at(6000)))
        }
        #expect(allowances == [2, 3, 4, 5, 5])
    }

    @Test func aReceiverThatAsksForTimeGetsIt() {
        var breaker = Breaker()
        for chat: Int64 in 1...5 {
            breaker.ended(request(chat), .down, retryAfter: .seconds(60), limit: 16, at: .at(0))
        }
        #expect(breaker.state == .open(until: .at(60_000)))
    }

    @Test func aProbeThatSomebodyAsksForIsDueAtOnce() {
        var breaker = opened()
        breaker.probe(at: .at(100))
        #expect(breaker.allowance(limit: 16, at: .at(100)) == 1)
        breaker.sent(request(6))
        breaker.probe(at: .at(200))
        #expect(breaker.state == .probing(request(6).delivery), "a probe under way is not doubled")
    }

    @Test func lateFailuresNeitherLengthenThePauseNorEndAProbe() {
        var breaker = opened()
        breaker.ended(request(6), .down, limit: 16, at: .at(4000))
        #expect(breaker.state == .open(until: .at(5000)))
        breaker.sent(request(7))
        breaker.ended(request(8), .down, limit: 16, at: .at(5001))
        #expect(breaker.state == .probing(request(7).delivery))
    }

    /// An interrupted probe, or one that this machine could not send, neither closes the breaker nor lengthens the pause.
    @Test func aProbeThatSaysNothingIsRepeated() {
        var breaker = opened()
        breaker.sent(request(6))
        breaker.ended(request(6), .unknown, limit: 16, at: .at(5010))
        #expect(breaker.state == .open(until: .at(5010)))
        #expect(breaker.failuresInRow == 5)
    }

    @Test func resultsSayUpDownUnreachableOrNothing() {
        for result in [answer(500), answer(503), answer(408), failure(.timeout), failure(.reset), failure(.other)] {
            #expect(Breaker.verdict(result) == .down)
        }
        for result in [failure(.connect), failure(.dns), failure(.tls)] {
            #expect(Breaker.verdict(result) == .unreachable)
        }
        for result in [answer(200), answer(400), answer(404), answer(301), answer(429)] {
            #expect(Breaker.verdict(result) == .up)
        }
        for kind: RequestFailureReason in [.invalidRequest, .interrupted, .blockedAddress, .localShortage] {
            #expect(Breaker.verdict(failure(kind)) == .unknown)
        }
    }
}

import RelayCore
import RelayDelivery
import RelayTesting
import Testing

struct ReceiverRateTests {
    /// Five a second, in the ways in which servers count.
    enum Counting: CaseIterable {
        /// In each second of the clock.
        case fixedWindow
        /// In any second.
        case slidingWindow
        /// A bucket that fills evenly and holds five.
        case bucket
        /// Two hundred milliseconds between any two.
        case spaced
    }

    private struct Receiver {
        let counting: Counting
        var taken: [Int64] = []
        var level = 5.0
        var last: Int64 = 0

        mutating func takes(at now: Int64) -> Bool {
            level = min(5, level + Double(now - last) * 5 / 1000)
            last = now
            let takes: Bool =
                switch counting {
                case .fixedWindow: taken.filter { $0 / 1000 == now / 1000 }.count < 5
                case .slidingWindow: taken.filter { $0 > now - 1000 }.count < 5
                case .bucket: level >= 1
                case .spaced: taken.last.map { $0 <= now - 200 } ?? true
                }
            guard takes else { return false }
            taken.append(now)
            level -= 1
            return true
        }
    }

    /// A minute of a full queue, sixteen requests at once: nearly everything that the receiver allows arrives, and few
    /// attempts are refused.
    @Test(arguments: Counting.allCases)
    func aReceiverGetsTheRateThatItAllows(counting: Counting) {
        var rate = ReceiverRate()
        var receiver = Receiver(counting: counting)
        var refused = 0
        for now: Int64 in 0..<60_000 {
            for _ in 0..<min(16, rate.available(at: .at(now)) ?? 16) {
                rate.started(1, at: .at(now))
                if receiver.takes(at: now) {
                    rate.accepted(at: .at(now))
                } else {
                    refused += 1
                    rate.refused(at: .at(now), retryAfter: .seconds(1))
                }
            }
        }
        let last = receiver.taken.filter { $0 >= 20_000 }.count
        #expect(last >= 160, "of 200 in the last 40 s, \(counting)")
        #expect(refused <= 30, "of about 300, \(counting)")
    }

    /// Two per cent of the answers are 429, whatever the rate. The receiver is held each time for as long as it asks, and
    /// gets everything else at once.
    @Test func refusalsThatDoNotDependOnTheRateDoNotLowerIt() {
        var rate = ReceiverRate()
        var (sent, taken) = (0, 0)
        var held: Set<Int64> = []
        for now: Int64 in 0..<120_000 {
            if rate.available(at: .at(now)) == 0 {
                if now >= 60_000 { held.insert(now) }
                continue
            }
            // A hundred a second.
            guard now.isMultiple(of: 10) else { continue }
            rate.started(1, at: .at(now))
            sent += 1
            if !sent.isMultiple(of: 50) {
                rate.accepted(at: .at(now))
                if now >= 60_000 { taken += 1 }
            } else {
                rate.refused(at: .at(now), retryAfter: .seconds(1))
            }
        }
        let free = (60_000 - held.count) / 10
        #expect(taken >= free * 9 / 10, "of \(free) that could go in the second minute")
        #expect(taken >= 1000)
    }

    /// One that took everything and now and then refused gets a limit.
    @Test func aRateIsFollowedAgainWhenTheReceiverBeginsToLimit() {
        var rate = ReceiverRate()
        var receiver = Receiver(counting: .bucket)
        var now: Int64 = 0
        func post(_ accepts: Bool) {
            rate.started(1, at: .at(now))
            if accepts { rate.accepted(at: .at(now)) } else { rate.refused(at: .at(now), retryAfter: .seconds(1)) }
        }
        for number in 0..<2000 {
            now = max(now + 10, rate.nextAvailable(after: .at(now)).milliseconds)
            post(!number.isMultiple(of: 50))
        }
        #expect(rate.perSecond == nil)
        let start = now
        var refused = 0
        while now < start + 60_000 {
            now += 1
            guard rate.available(at: .at(now)) != 0 else { continue }
            let accepts = receiver.takes(at: now)
            if !accepts { refused += 1 }
            post(accepts)
        }
        let last = receiver.taken.filter { $0 >= start + 20_000 }.count
        #expect(last >= 160, "of 200 in the last 40 s")
        #expect(refused <= 40, "of about 300")
    }

    @Test func theFirstRefusalHoldsTheDestinationForAsLongAsItAsks() {
        var rate = ReceiverRate()
        #expect(rate.available(at: .at(0)) == nil)
        rate.refused(at: .at(0), retryAfter: .seconds(1))
        #expect(rate.available(at: .at(999)) == 0)
        #expect(rate.nextAvailable(after: .at(0)) == .at(1000))
        #expect(rate.available(at: .at(1000)) == 1)
    }

    @Test func aReceiverThatTakesNothingIsAskedLessAndLess() {
        var rate = ReceiverRate()
        var now: Int64 = 0
        var waits: [Int64] = []
        for _ in 1...16 {
            rate.refused(at: .at(now), retryAfter: .seconds(1))
            let next = rate.nextAvailable(after: .at(now))
            waits.append((next - .at(now)).milliseconds)
            now += waits.last ?? 0
            rate.started(1, at: .at(now))
        }
        #expect(Array(waits.prefix(4)) == [1000, 1000, 1000, 1000], "as long as it asks")
        #expect(waits.last == 300_000)
        #expect(waits == waits.sorted())
    }

    @Test func aLongWaitIsKeptWithinItsBound() {
        var rate = ReceiverRate(longestHold: .seconds(300))
        rate.refused(at: .at(0), retryAfter: .seconds(60))
        #expect(rate.heldUntil == .at(60_000))
        var forever = ReceiverRate(longestHold: .seconds(300))
        forever.refused(at: .at(0), retryAfter: .seconds(86_400))
        #expect(forever.heldUntil == .at(300_000))
    }

    @Test func whatWasNotExceededForLongIsForgotten() {
        var rate = ReceiverRate()
        rate.refused(at: .at(0), retryAfter: .seconds(1))
        rate.accepted(at: .at(301_001))
        #expect(rate.available(at: .at(301_001)) == nil)
    }
}

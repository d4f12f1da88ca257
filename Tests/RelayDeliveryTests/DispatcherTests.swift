import RelayCore
import RelayDelivery
import RelayTesting
import Synchronization
import Testing

struct DispatcherTests {
    private let clock = ManualClock()
    private static let patient = RetryPolicy(maxAttempts: 100, initialInterval: .seconds(1), maxInterval: .seconds(4))
    /// A breaker that never opens in these tests.
    private static let never = BreakerPolicy(failures: 1000)

    @Test func eachChatKeepsItsOrderThroughFailures() async throws {
        // The number of failures of each delivery, none, one or two, depends on its position.
        let failures = Mutex<[DeliveryID: Int]>([:])
        let crm = ScriptedDestination(DestinationDispatchSettings(retry: Self.patient), clock: clock) { delivery in
            let count = failures.withLock { failures in
                failures[delivery.id, default: 0] += 1
                return failures[delivery.id, default: 0]
            }
            return .result(answer(count > Int(delivery.id.rawValue % 3) ? 200 : 503))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock, breaker: Self.never)
        try await fixture.run {
            let chats = (0..<60).map { "chat\($0 % 6)" }
            let ids = try await fixture.queue(to: "crm", chats: chats)
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 60 }
            for chat in Set(chats) {
                let mine = zip(ids, chats).filter { $0.1 == chat }.map(\.0)
                #expect(crm.delivered.filter { mine.contains($0) } == mine)
                // A delivery of a chat starts only after the previous one has ended.
                let sent = crm.sent.map(\.delivery.id).filter { mine.contains($0) }
                #expect(sent == sent.sorted())
            }
            #expect(crm.sent.count > 60)
        }
    }

    @Test func withoutOrderLaterOnesOvertakeARetry() async throws {
        let first = Mutex<DeliveryID?>(nil)
        let settings = DestinationDispatchSettings(ordering: .none, maxInFlight: 1, retry: Self.patient)
        let crm = ScriptedDestination(settings, clock: clock) { delivery in
            let isFirst = first.withLock { first in
                first = first ?? delivery.id
                return first == delivery.id
            }
            return .result(answer(isFirst && delivery.attempt == 1 ? 503 : 200))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: Array(repeating: "chat", count: 5))
            try await fixture.settle("the later four") { try await fixture.count(.delivered) == 4 }
            try await fixture.turn("all five") { try await fixture.count(.delivered) == 5 }
            #expect(crm.delivered == Array(ids.dropFirst()) + ids.prefix(1))
        }
    }

    @Test func noMoreThanMaxInFlightAreUnderWay() async throws {
        let settings = DestinationDispatchSettings(maxInFlight: 3)
        let crm = ScriptedDestination(settings, clock: clock) { _ in .hold }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (0..<20).map { "chat\($0)" })
            try await fixture.settle("three under way") { crm.inFlight == 3 }
            #expect(fixture.dispatcher.inFlight == 3)
            #expect(try await fixture.count(.inFlight) == 3)
            crm.releaseAll()
            try await fixture.settle("all delivered") { try await fixture.count(.delivered) == 20 }
            #expect(crm.peak == 3)
        }
    }

    @Test func aRateLimitSpreadsTheStarts() async throws {
        let settings = DestinationDispatchSettings(rateLimit: RateLimit(count: 2, per: .seconds(1)))
        let crm = ScriptedDestination(settings, clock: clock)
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (0..<10).map { "chat\($0)" })
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 10 }
            for (index, sent) in crm.sent.enumerated() {
                #expect(sent.at - start >= .milliseconds(500 * index), "start \(index) was early")
            }
            #expect(clock.now - start <= .milliseconds(5500), "it used what the limit allows")
        }
    }

    @Test func aPauseHoldsAndAResumeSends() async throws {
        let crm = ScriptedDestination(clock: clock)
        let other = ScriptedDestination(clock: clock)
        let fixture = try await DispatcherFixture(["crm": crm, "other": other], clock: clock)
        try await fixture.store.pause(DestinationPause(destination: "crm", reason: .manual, since: clock.now))
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a", "b", "c"])
            try await fixture.queue(to: "other", chats: ["a", "b", "c"])
            try await fixture.settle("the other's") { try await fixture.count(.delivered) == 3 }
            #expect(crm.sent.isEmpty, "a pause that the store keeps holds from the start")
            fixture.dispatcher.resume("crm")
            try await fixture.settle("the paused one's") { try await fixture.count(.delivered) == 6 }
            fixture.dispatcher.pause(DestinationPause(destination: "crm", reason: .manual, since: clock.now))
            try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.queue(to: "other", chats: ["a"])
            try await fixture.settle("the other's again") { try await fixture.count(.delivered) == 7 }
            #expect(crm.sent.count == 3)
        }
    }

    @Test func aDownDestinationIsProbedAndBurnsNoAttempts() async throws {
        let isUp = Mutex(false)
        let settings = DestinationDispatchSettings(
            maxInFlight: 2, retry: RetryPolicy(maxAttempts: 5, initialInterval: .seconds(1)))
        let crm = ScriptedDestination(settings, clock: clock) { _ in
            .result(isUp.withLock { $0 } ? answer(200) : failure(.connect))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (0..<30).map { "chat\($0)" })
            // Probes follow after pauses of 5, 10, 20, 40, 80 s; without a breaker all 30 deliveries would be dead
            // letters within 15 s.
            try await fixture.turn("two minutes") { clock.now - start > .seconds(120) }
            #expect(crm.sent.count <= 6 + 5)
            #expect(try await fixture.count(.dead) <= 1)
            isUp.withLock { $0 = true }
            try await fixture.turn("the rest delivered") {
                try await fixture.count(.queued) == 0 && fixture.dispatcher.inFlight == 0
            }
            #expect(try await fixture.count(.delivered) >= 29)
            #expect(fixture.dispatcher.standing(of: "crm")?.breaker.state == .closed)
        }
    }

    @Test func goneParksTheDestinationForGood() async throws {
        let isGone = Mutex(true)
        let settings = DestinationDispatchSettings(maxInFlight: 1)
        let crm = ScriptedDestination(settings, clock: clock) { _ in
            .result(answer(isGone.withLock { $0 } ? 410 : 200))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: Array(repeating: "chat", count: 5))
            try await fixture.settle("the pause") { try await fixture.store.pauses().count == 1 }
            try await fixture.settle("all parked") { try await fixture.count(.queued) == 5 }
            let pause = try #require(try await fixture.store.pauses().first)
            #expect(pause.destination == "crm")
            #expect(pause.reason == .gone)
            #expect(crm.sent.count == 1)
            #expect(try await fixture.store.attempts(of: ids[0]).map(\.result.status) == [410])
            isGone.withLock { $0 = false }
            fixture.dispatcher.resume("crm")
            try await fixture.settle("all delivered") { try await fixture.count(.delivered) == 5 }
            #expect(crm.delivered == ids)
        }
    }

    @Test func whatCannotSucceedParksTheDestinationAndSaysWhy() async throws {
        let isDenied = Mutex(true)
        let crm = ScriptedDestination(DestinationDispatchSettings(maxInFlight: 1), clock: clock) { _ in
            var result = answer(isDenied.withLock { $0 } ? 401 : 200)
            result.pausesDestination = result.status == 401
            return .result(result)
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: Array(repeating: "chat", count: 3))
            try await fixture.settle("the pause") { try await fixture.store.pauses().count == 1 }
            try await fixture.settle("all parked") { try await fixture.count(.queued) == 3 }
            #expect(try await fixture.store.pauses().first?.reason == .denied)
            isDenied.withLock { $0 = false }
            fixture.dispatcher.resume("crm")
            try await fixture.settle("all delivered") { try await fixture.count(.delivered) == 3 }
            #expect(crm.delivered == ids)
        }
    }

    @Test func deliveriesOfARemovedDestinationWaitForItsReturn() async throws {
        let crm = ScriptedDestination(clock: clock)
        let other = ScriptedDestination(clock: clock)
        let fixture = try await DispatcherFixture(["other": other], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a", "b"])
            try await fixture.queue(to: "other", chats: ["a"])
            try await fixture.settle("the other's") { try await fixture.count(.delivered) == 1 }
            fixture.dispatcher.destinationsChanged()
            #expect(try await fixture.count(.queued) == 2)
            fixture.destinations["crm"] = crm
            fixture.dispatcher.destinationsChanged()
            try await fixture.settle("all delivered") { try await fixture.count(.delivered) == 3 }
            #expect(crm.sent.count == 2)
        }
    }

    /// A delivery in flight to a destination that is removed meanwhile is handled with the policy that the destination
    /// had.
    @Test func aDestinationThatGoesMeanwhileKillsNothing() async throws {
        let held = Mutex(0)
        let crm = ScriptedDestination(DestinationDispatchSettings(retry: Self.patient), clock: clock) { delivery in
            guard delivery.attempt >= 5 else { return .result(answer(503)) }
            held.withLock { $0 += 1 }
            return .hold
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock, breaker: Self.never)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.turn("the fifth attempt") { held.withLock { $0 } == 1 }
            fixture.destinations["crm"] = nil
            fixture.dispatcher.destinationsChanged()
            crm.releaseAll(with: answer(503))
            try await fixture.settle("it is queued again") { try await fixture.count(.queued) == 1 }
            #expect(try await fixture.store.attempts(of: ids[0]).count == 5)
            fixture.destinations["crm"] = crm
            fixture.dispatcher.destinationsChanged()
            try await fixture.turn("delivered") {
                crm.releaseAll()
                return try await fixture.count(.delivered) == 1
            }
        }
    }
}

import RelayCore
import RelayDelivery
import RelayTesting
import Synchronization
import Testing

/// What one message's failures, a receiver's 429 and another address mean for the rest of a destination.
struct DispatcherEvidenceTests {
    private let clock = ManualClock()
    private static let patient = RetryPolicy(maxAttempts: 100, initialInterval: .seconds(1), maxInterval: .seconds(4))

    @Test func onePoisonChatOfFiftyHoldsUpNoOther() async throws {
        let poison = "chat0"
        let crm = ScriptedDestination(DestinationDispatchSettings(retry: Self.patient), clock: clock) {
            .result(answer($0.chat == poison ? 500 : 200))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: [poison])
            for round in 1...20 {
                // The poison message fails again and again, alone, before the others come.
                try await fixture.turn("its failure \(round)") {
                    crm.sent.count >= 49 * (round - 1) + round && fixture.dispatcher.inFlight == 0
                }
                let start = clock.now
                try await fixture.queue(to: "crm", chats: (1..<50).map { "chat\($0)" })
                try await fixture.settle("the other 49 at once") {
                    try await fixture.count(.delivered) == 49 * round
                }
                #expect(clock.now == start)
                #expect(fixture.dispatcher.standing(of: "crm")?.breaker.state == .closed)
            }
        }
    }

    @Test func aChatThatIsAloneHasItsOwnRetryWaits() async throws {
        let policy = RetryPolicy(maxAttempts: 8, initialInterval: .seconds(1), maxInterval: .seconds(2))
        let crm = ScriptedDestination(DestinationDispatchSettings(retry: policy), clock: clock) { _ in
            .result(failure(.connect))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.turn("dead") { try await fixture.count(.dead) == 1 }
            #expect(crm.sent.map { ($0.at - start).milliseconds } == [0, 1000, 3000, 5000, 7000, 9000, 11_000, 13_000])
        }
    }

    @Test func theProbeIsNotTheDeliveryThatFailedLast() async throws {
        let healthy = "healthy"
        let settings = DestinationDispatchSettings(maxInFlight: 5, retry: Self.patient)
        let crm = ScriptedDestination(settings, clock: clock) { .result(answer($0.chat == healthy ? 200 : 500)) }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (1...5).map { "poison\($0)" })
            try await fixture.settle("an open breaker") {
                fixture.dispatcher.standing(of: "crm")?.breaker.opensAt != nil && fixture.dispatcher.inFlight == 0
            }
            // It is due after the others.
            try await fixture.queue(to: "crm", chats: [healthy])
            try await fixture.turn("delivered") { try await fixture.count(.delivered) == 1 }
            #expect(clock.now - start == .seconds(5))
            #expect(crm.sent[5].delivery.chat == healthy)
        }
    }

    @Test func aReceiverOfFiveASecondGetsFiveASecond() async throws {
        let seconds = Mutex<[Int64: Int]>([:])
        let start = clock.now
        let crm = ScriptedDestination(DestinationDispatchSettings(), clock: clock) { [clock] _ in
            let second = (clock.now - start).milliseconds / 1000
            let count = seconds.withLock { seconds in
                seconds[second, default: 0] += 1
                return seconds[second, default: 0]
            }
            return .result(count <= 5 ? answer(200) : answer(429, retryAfter: .seconds(1)))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (0..<150).map { "chat\($0)" })
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 150 }
            #expect(clock.now - start <= .seconds(40), "30 s is what it allows")
            #expect(crm.sent.count <= 150 + 45)
        }
    }

    @Test func a429OfOneChatWaitsAsLongAsItAsks() async throws {
        let crm = ScriptedDestination(DestinationDispatchSettings(), clock: clock) {
            .result($0.attempt < 3 ? answer(429, retryAfter: .seconds(1)) : answer(200))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        let start = clock.now
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.turn("delivered") { try await fixture.count(.delivered) == 1 }
            #expect(crm.sent.map { ($0.at - start).milliseconds } == [0, 1000, 2000])
        }
    }

    @Test func anotherAddressEndsThePauseOf410() async throws {
        let old = ScriptedDestination(clock: clock, target: "https://a") { _ in .result(answer(410)) }
        let new = ScriptedDestination(clock: clock, target: "https://b")
        let fixture = try await DispatcherFixture(["crm": old], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a", "b"])
            try await fixture.settle("the pause") { try await fixture.store.pauses().count == 1 }
            try await fixture.settle("queued") { try await fixture.count(.queued) == 2 }
            fixture.dispatcher.destinationsChanged()
            try await fixture.queue(to: "crm", chats: ["c"])
            #expect(try await fixture.store.pauses().count == 1, "nothing changed")
            fixture.destinations["crm"] = new
            fixture.dispatcher.destinationsChanged()
            try await fixture.settle("all delivered") { try await fixture.count(.delivered) == 3 }
            #expect(try await fixture.store.pauses().isEmpty)
            #expect(new.sent.count == 3)
        }
    }

    @Test func anotherAddressEndsThePauseOf410AtAStart() async throws {
        let new = ScriptedDestination(clock: clock, target: "https://b")
        let fixture = try await DispatcherFixture(["crm": new], clock: clock)
        let pause = DestinationPause(destination: "crm", reason: .gone, since: clock.now, receiver: "https://a")
        try await fixture.store.pause(pause)
        try await fixture.queue(to: "crm", chats: ["a"])
        try await fixture.run {
            try await fixture.settle("delivered") { try await fixture.count(.delivered) == 1 }
            #expect(try await fixture.store.pauses().isEmpty)
        }
    }

    @Test func anotherAddressClosesTheBreakerAtOnce() async throws {
        let old = ScriptedDestination(DestinationDispatchSettings(retry: Self.patient), clock: clock, target: "a") {
            _ in
            .result(failure(.connect))
        }
        let new = ScriptedDestination(clock: clock, target: "b")
        let fixture = try await DispatcherFixture(["crm": old], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: (0..<20).map { "chat\($0)" })
            try await fixture.turn("an open breaker for a while") {
                fixture.dispatcher.standing(of: "crm")?.breaker.opensAt.map { $0 - clock.now > .seconds(30) } ?? false
            }
            try await fixture.settle("nothing under way") { fixture.dispatcher.inFlight == 0 }
            let changed = clock.now
            fixture.destinations["crm"] = new
            fixture.dispatcher.destinationsChanged()
            try await fixture.turn("delivered") { try await fixture.count(.delivered) >= 15 }
            #expect(clock.now - changed <= .seconds(4), "only retries wait")
        }
    }

    @Test func a410OfTheOldAddressPausesNothing() async throws {
        let old = ScriptedDestination(clock: clock, target: "https://a") { _ in .hold }
        let new = ScriptedDestination(clock: clock, target: "https://b")
        let fixture = try await DispatcherFixture(["crm": old], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.settle("under way") { old.inFlight == 1 }
            fixture.destinations["crm"] = new
            fixture.dispatcher.destinationsChanged()
            old.releaseAll(with: answer(410))
            try await fixture.settle("delivered to the new one") { try await fixture.count(.delivered) == 1 }
            #expect(try await fixture.store.pauses().isEmpty)
            #expect(new.sent.count == 1)
        }
    }

    @Test func timeInThePauseIsNoneOfTheSeries() async throws {
        let policy = RetryPolicy(maxAttempts: 100, initialInterval: .seconds(1), maxElapsedTime: .seconds(60))
        let isUp = Mutex(false)
        let crm = ScriptedDestination(DestinationDispatchSettings(retry: policy), clock: clock) { _ in
            .result(isUp.withLock { $0 } ? answer(200) : answer(500))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a", "a"])
            try await fixture.settle("a failure") { crm.sent.count == 1 && fixture.dispatcher.inFlight == 0 }
            let pause = DestinationPause(destination: "crm", reason: .manual, since: clock.now)
            try await fixture.store.pause(pause)
            fixture.dispatcher.pause(pause)
            clock.advance(by: .seconds(3600))
            _ = try await fixture.store.resume(destination: "crm", at: clock.now)
            fixture.dispatcher.resume("crm")
            try await fixture.settle("a failure after it") {
                let ended = try await fixture.count(.queued) + fixture.count(.dead)
                return crm.sent.count == 2 && ended == 2
            }
            #expect(try await fixture.count(.dead) == 0, "a single failure is no end")
            isUp.withLock { $0 = true }
            try await fixture.turn("delivered") { try await fixture.count(.delivered) == 2 }
        }
    }

    /// A webhook that is disabled, or a destination that is missing in the configuration for a while.
    @Test func timeInWhichTheDestinationIsAbsentIsNoneOfTheSeries() async throws {
        let policy = RetryPolicy(maxAttempts: 100, initialInterval: .seconds(1), maxElapsedTime: .seconds(60))
        let crm = ScriptedDestination(DestinationDispatchSettings(retry: policy), clock: clock) { _ in
            .result(answer(500))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.settle("a failure") {
                let queued = try await fixture.count(.queued)
                return crm.sent.count == 1 && queued == 1
            }
            fixture.destinations["crm"] = nil
            fixture.dispatcher.destinationsChanged(["crm"])
            try await fixture.settle("a pause") { try await fixture.store.pauses().map(\.reason) == [.absent] }
            clock.advance(by: .seconds(3600))
            fixture.destinations["crm"] = crm
            fixture.dispatcher.destinationsChanged(["crm"])
            try await fixture.settle("a failure after it") {
                let ended = try await fixture.count(.queued) + fixture.count(.dead)
                return crm.sent.count == 2 && ended == 1
            }
            #expect(try await fixture.count(.dead) == 0)
            #expect(try await fixture.store.pauses().isEmpty)
        }
    }

    @Test func whatThisMachineCouldNotSendCostsNoAttempt() async throws {
        let isShort = Mutex(true)
        let crm = ScriptedDestination(clock: clock) { _ in
            .result(isShort.withLock { $0 } ? failure(.localShortage) : answer(200))
        }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a", "b"])
            try await fixture.turn("many tries") { crm.sent.count > 20 }
            isShort.withLock { $0 = false }
            try await fixture.turn("delivered") { try await fixture.count(.delivered) == 2 }
            for id in ids { #expect(try await fixture.store.attempts(of: id).map(\.number) == [1]) }
            #expect(fixture.dispatcher.standing(of: "crm")?.breaker.failuresInRow == 0)
        }
    }
}

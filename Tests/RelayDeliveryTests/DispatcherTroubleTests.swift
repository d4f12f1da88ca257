import RelayCore
import RelayDelivery
import RelayTesting
import Testing

/// A failing store, and a process that ends.
struct DispatcherTroubleTests {
    private let clock = ManualClock()

    @Test func resultsThatTheStoreCannotTakeAreWrittenLater() async throws {
        let crm = ScriptedDestination(clock: clock) { _ in .hold }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a", "b", "c"])
            try await fixture.settle("three under way") { crm.inFlight == 3 }
            fixture.outbox.isBroken = true
            crm.releaseAll()
            try await fixture.turn("three tries to write all three") {
                fixture.outbox.failures >= 3 && fixture.outbox.refused >= 9
            }
            #expect(try await fixture.count(.delivered) == 0)
            fixture.outbox.isBroken = false
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 3 }
            #expect(crm.sent.count == 3, "nothing was sent twice")
            for id in ids { #expect(try await fixture.store.attempts(of: id).count == 1) }
        }
    }

    @Test func claimsGoOnWhenTheStoreIsBack() async throws {
        let crm = ScriptedDestination(clock: clock)
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        fixture.outbox.isBroken = true
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a", "b", "c"])
            try await fixture.turn("a few failures") { fixture.outbox.failures >= 3 }
            #expect(crm.sent.isEmpty)
            fixture.outbox.isBroken = false
            try await fixture.turn("all delivered") { try await fixture.count(.delivered) == 3 }
        }
    }

    @Test func aShutdownWaitsForWhatIsUnderWay() async throws {
        let crm = ScriptedDestination(DestinationDispatchSettings(maxInFlight: 2), clock: clock) { _ in .hold }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            try await fixture.queue(to: "crm", chats: ["a", "b", "c", "d"])
            try await fixture.settle("two under way") { crm.inFlight == 2 }
            await fixture.shutDown()
            await clock.untilSleeping()
            clock.advance(by: .seconds(14))  // of the grace of 15 s
            #expect(crm.inFlight == 2)
            crm.releaseAll()
            try await fixture.settle("both delivered") { try await fixture.count(.delivered) == 2 }
            #expect(crm.sent.count == 2, "nothing new starts during a shutdown")
            #expect(try await fixture.count(.queued) == 2)
        }
    }

    @Test func aShutdownCancelsWhatOutlastsTheGrace() async throws {
        let crm = ScriptedDestination(clock: clock) { _ in .hold }
        let fixture = try await DispatcherFixture(["crm": crm], clock: clock)
        try await fixture.run {
            let ids = try await fixture.queue(to: "crm", chats: ["a"])
            try await fixture.settle("one under way") { crm.inFlight == 1 }
            await fixture.shutDown()
            await clock.untilSleeping()
            clock.advance(by: .seconds(15))
            try await fixture.settle("it is queued again") { try await fixture.count(.queued) == 1 }
            let attempts = try await fixture.store.attempts(of: ids[0])
            #expect(attempts.map(\.result.outcome) == [.failed(.interrupted)], "the attempt is recorded")
        }
    }
}

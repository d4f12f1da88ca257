import RelayCore
import RelayDelivery
import RelayTesting
import Testing

/// A store that fails, and a process that ends.
struct DispatcherTroubleTests {
    private let clock = ManualClock()

    @Test func resultsThatTheStoreCannotTakeAreWrittenLater() async throws {
        let crm = ScriptedDestination(clock: clock) { _ in .hold }
        let trial = try await DispatcherFixture(["crm": crm], clock: clock)
        try await trial.run {
            let ids = try await trial.queue(to: "crm", chats: ["a", "b", "c"])
            try await trial.settle("three under way") { crm.inFlight == 3 }
            trial.outbox.isBroken = true
            crm.releaseAll()
            try await trial.turn("three tries to write all three") {
                trial.outbox.failures >= 3 && trial.outbox.refused >= 9
            }
            #expect(try await trial.count(.delivered) == 0)
            trial.outbox.isBroken = false
            try await trial.turn("all delivered") { try await trial.count(.delivered) == 3 }
            #expect(crm.sent.count == 3, "nothing was sent twice")
            for id in ids { #expect(try await trial.store.attempts(of: id).count == 1) }
        }
    }

    @Test func claimsGoOnWhenTheStoreIsBack() async throws {
        let crm = ScriptedDestination(clock: clock)
        let trial = try await DispatcherFixture(["crm": crm], clock: clock)
        trial.outbox.isBroken = true
        try await trial.run {
            try await trial.queue(to: "crm", chats: ["a", "b", "c"])
            try await trial.turn("a few failures") { trial.outbox.failures >= 3 }
            #expect(crm.sent.isEmpty)
            trial.outbox.isBroken = false
            try await trial.turn("all delivered") { try await trial.count(.delivered) == 3 }
        }
    }

    @Test func aShutdownWaitsForWhatIsUnderWay() async throws {
        let crm = ScriptedDestination(DestinationSettings(maxInFlight: 2), clock: clock) { _ in .hold }
        let trial = try await DispatcherFixture(["crm": crm], clock: clock)
        try await trial.run {
            try await trial.queue(to: "crm", chats: ["a", "b", "c", "d"])
            try await trial.settle("two under way") { crm.inFlight == 2 }
            await trial.shutDown()
            await clock.untilSleeping()
            clock.advance(by: .seconds(14))  // of the grace of 15 s
            #expect(crm.inFlight == 2)
            crm.releaseAll()
            try await trial.settle("both delivered") { try await trial.count(.delivered) == 2 }
            #expect(crm.sent.count == 2, "nothing new starts during a shutdown")
            #expect(try await trial.count(.queued) == 2)
        }
    }

    @Test func aShutdownCancelsWhatOutlastsTheGrace() async throws {
        let crm = ScriptedDestination(clock: clock) { _ in .hold }
        let trial = try await DispatcherFixture(["crm": crm], clock: clock)
        try await trial.run {
            let ids = try await trial.queue(to: "crm", chats: ["a"])
            try await trial.settle("one under way") { crm.inFlight == 1 }
            await trial.shutDown()
            await clock.untilSleeping()
            clock.advance(by: .seconds(15))
            try await trial.settle("it is queued again") { try await trial.count(.queued) == 1 }
            let attempts = try await trial.store.attempts(of: ids[0])
            #expect(attempts.map(\.result.outcome) == [.failed(.interrupted)], "the attempt counts")
        }
    }
}

import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayTesting
import Testing

/// An event that waits for a slow operation delays only its own chat, whose order is kept.
struct PipelineServiceTests {
    private let a = "a@s.whatsapp.net"
    private let b = "b@s.whatsapp.net"

    private func fixture(
        timeout: Duration? = nil,
        onError: PipelineStep.OnError = .deadLetter,
        configure: (inout PipelineService.Configuration) -> Void = { _ in }
    ) async throws -> (PipelineFixture, NamedLatches) {
        let latches = NamedLatches()
        var configuration = PipelineService.Configuration()
        configure(&configuration)
        let fixture = try await PipelineFixture(
            [WaitingStage(latches: latches)], timeout: timeout, onError: onError, configuration: configuration)
        return (fixture, latches)
    }

    @Test func aChatThatWaitsKeepsItsOrderWhileOthersGoOn() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            try await fixture.accept([event("1", latch: "slow"), event("x", chat: b), event("2"), event("y", chat: b)])
            try await fixture.untilDelivered(["x", "y"])
            try await fixture.accept([event("3"), event("z", chat: b)])
            try await fixture.untilDelivered(["x", "y", "z"])
            #expect(try await fixture.pending() == 3)
            latches.open("slow")
            try await fixture.untilDelivered(["x", "y", "z", "1!", "2", "3"])
            #expect(try await fixture.pending() == 0)
        }
    }

    @Test func heldEventsThatWaitThemselvesHoldTheNext() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            try await fixture.accept([event("1", latch: "p"), event("2"), event("3", latch: "q"), event("4")])
            try await fixture.settle("the first waits") { latches.waiting == ["p"] }
            latches.open("p")
            try await fixture.untilDelivered(["1!", "2"])
            try await fixture.settle("the third waits") { latches.waiting == ["q"] }
            latches.open("q")
            try await fixture.untilDelivered(["1!", "2", "3!", "4"])
        }
    }

    @Test func eventsOfTheSessionHaveAnOrderOfTheirOwn() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            var connected = event("session", latch: "slow")
            connected.chat = nil
            try await fixture.accept([connected, event("1")])
            try await fixture.untilDelivered(["1"])
            latches.open("slow")
            try await fixture.untilDelivered(["1", "session!"])
        }
    }

    @Test func manyHeldEventsGoOnInOrderAndInTurnWithTheOthers() async throws {
        let (fixture, latches) = try await fixture { $0.batch = 4 }
        try await fixture.run {
            try await fixture.accept([event("0", latch: "slow")] + (1...20).map { event("\($0)") })
            try await fixture.settle("the first waits") { latches.waiting == ["slow"] }
            latches.open("slow")
            let expected = ["0!"] + (1...20).map(String.init)
            try await fixture.untilDelivered(expected)
            #expect(try await fixture.pending() == 0)
        }
    }

    @Test func aStepThatTakesTooLongFails() async throws {
        let (fixture, latches) = try await fixture(timeout: .seconds(3), onError: .continue)
        try await fixture.run {
            try await fixture.accept([event("1", latch: "never"), event("2"), event("x", chat: b)])
            try await fixture.untilDelivered(["x"])
            try await fixture.settle("it waits") { latches.waiting == ["never"] }
            fixture.clock.advance(by: .seconds(3))
            try await fixture.untilDelivered(["x", "1", "2"])
            #expect(latches.waiting.isEmpty, "what it waited for has ended as well")
        }
    }

    @Test(arguments: [PipelineStep.OnError.deadLetter, .drop])
    func whatFailsAfterItsWaitIsHandledAsItsStepSays(onError: PipelineStep.OnError) async throws {
        let (fixture, latches) = try await fixture(onError: onError)
        try await fixture.run {
            try await fixture.accept([event("1", latch: "failing"), event("2")])
            try await fixture.settle("it waits") { latches.waiting == ["failing"] }
            latches.open("failing")
            try await fixture.untilDelivered(["2"])
            let letters = try await fixture.store.countDeliveries(DeliveryFilter(states: [.dead]))
            #expect(letters == (onError == .deadLetter ? 1 : 0))
        }
    }

    @Test func aCommitThatFailsRunsEverythingAgainInOrder() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            try await fixture.accept([event("1", latch: "slow"), event("2")])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            fixture.journal.breakCommits(1)
            try await fixture.accept([event("x", chat: b)])
            try await fixture.settle("the commit failed") { fixture.journal.failures == 1 }
            try await fixture.settle("the wait was given up") { latches.waiting.isEmpty }
            // The service retries a little later.
            try await fixture.settle("it waits again") {
                fixture.clock.advance(by: .seconds(1))
                return latches.waiting == ["slow"]
            }
            try await fixture.untilDelivered(["x"])
            latches.open("slow")
            try await fixture.untilDelivered(["x", "1!", "2"])
        }
    }

    @Test func aCommitThatFailsAfterAWaitLosesAndDoublesNothing() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            try await fixture.accept([event("1", latch: "slow"), event("2")])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            fixture.journal.breakCommits(1)
            latches.open("slow")
            try await fixture.settle("the commit failed") { fixture.journal.failures == 1 }
            try await fixture.settle("both are delivered") {
                fixture.clock.advance(by: .seconds(1))
                return try await fixture.delivered() == ["1!", "2"]
            }
        }
    }

    @Test func whatWaitsAtTheEndStaysPending() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            try await fixture.accept([event("1", latch: "slow"), event("2"), event("x", chat: b)])
            try await fixture.untilDelivered(["x"])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            await fixture.shutDown()
            try await fixture.settle("the wait was given up") { latches.waiting.isEmpty }
            #expect(try await fixture.pending() == 2)
            #expect(try await fixture.delivered() == ["x"])
        }
    }

    @Test func eventsThatAreReopenedAreFoundBehindThoseThatWait() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            let ids = try await fixture.accept([event("old", chat: b, latch: "failing")])
            try await fixture.settle("it waits") { latches.waiting == ["failing"] }
            latches.open("failing")
            try await fixture.settle("it is a dead letter") {
                try await fixture.store.countDeliveries(DeliveryFilter(states: [.dead])) == 1
            }
            try await fixture.accept([event("1", latch: "slow"), event("2")])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            #expect(try await fixture.store.replayDeadLetters(DeliveryFilter(), at: fixture.clock.now) == 1)
            #expect(try await fixture.store.pendingEvents(after: EventID(0), limit: 1).map(\.id) == ids)
            fixture.service.rescan()
            try await fixture.settle("it has run again") { latches.started == ["failing", "slow", "failing"] }
            latches.open("slow")
            try await fixture.untilDelivered(["1!", "2"])
            #expect(latches.started.count == 3, "nothing that waited was run twice")
        }
    }

    @Test func whatIsDoneInTheSameTurnAsARescanIsNotRunAgain() async throws {
        let (fixture, latches) = try await fixture()
        try await fixture.run {
            try await fixture.accept([event("1", latch: "slow")])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            fixture.journal.holdsCommits = true
            try await fixture.accept([event("x", chat: b)])
            try await fixture.settle("a turn is held up") { fixture.journal.latches.waiting == ["commit"] }
            latches.open("slow")
            try await fixture.settle("the wait is over") { latches.waiting.isEmpty }
            for _ in 1...100 { await Task.yield() }
            fixture.service.rescan()
            fixture.journal.latches.open("commit")
            try await fixture.untilDelivered(["x", "1!"])
            #expect(latches.started == ["slow"])
        }
    }

    @Test func soManyWaitAtOnceAndTheRestStaysInTheJournal() async throws {
        let (fixture, latches) = try await fixture { ($0.maxWaiting, $0.batch) = (2, 1) }
        try await fixture.run {
            try await fixture.accept(
                ["a", "b", "c", "d"].map { event($0, chat: "\($0)@s.whatsapp.net", latch: "slow-\($0)") })
            try await fixture.settle("two wait") { latches.waiting == ["slow-a", "slow-b"] }
            latches.open("slow-b")
            try await fixture.settle("the next waits") { latches.waiting == ["slow-a", "slow-c"] }
            for latch in ["slow-a", "slow-c", "slow-d"] { latches.open(latch) }
            try await fixture.settle("all are done") { try await fixture.pending() == 0 }
            #expect(try await fixture.delivered().sorted() == ["a!", "b!", "c!", "d!"])
        }
    }

    @Test func aHeldEventGoesOnInTheChatThatItsPhoneIsKnownBy() async throws {
        let (fixture, latches) = try await fixture()
        let (lid, phone) = ("100000000000002@lid", "5511999999001@s.whatsapp.net")
        try await fixture.run {
            let link = Contact(session: "main", id: phone, lid: lid, updatedAt: fixture.clock.now)
            try await fixture.accept([event("1", chat: lid, latch: "slow"), event("2", chat: lid)])
            try await fixture.settle("it waits") { latches.waiting == ["slow"] }
            fixture.directory.learn([.contact(link)])
            latches.open("slow")
            try await fixture.untilDelivered(["1!", "2"])
            #expect(try await fixture.delivered("chatId") == [lid, phone])
            #expect(try await fixture.delivered("chatLid") == ["?", lid])
        }
    }
}

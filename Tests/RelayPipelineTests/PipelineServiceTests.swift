import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayTesting
import Testing

/// What waits for something slow holds up its own chat, in order, and nobody else.
struct PipelineServiceTests {
    private let a = "a@s.whatsapp.net"
    private let b = "b@s.whatsapp.net"

    private func trial(
        timeout: Duration? = nil,
        onError: PipelineStep.OnError = .deadLetter,
        configure: (inout PipelineService.Configuration) -> Void = { _ in }
    ) async throws -> (PipelineFixture, Gates) {
        let gates = Gates()
        var configuration = PipelineService.Configuration()
        configure(&configuration)
        let trial = try await PipelineFixture(
            [Waiting(gates: gates)], timeout: timeout, onError: onError, configuration: configuration)
        return (trial, gates)
    }

    @Test func aChatThatWaitsKeepsItsOrderWhileOthersGoOn() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            try await trial.accept([event("1", gate: "slow"), event("x", chat: b), event("2"), event("y", chat: b)])
            try await trial.untilDelivered(["x", "y"])
            try await trial.accept([event("3"), event("z", chat: b)])
            try await trial.untilDelivered(["x", "y", "z"])
            #expect(try await trial.pending() == 3)
            gates.open("slow")
            try await trial.untilDelivered(["x", "y", "z", "1!", "2", "3"])
            #expect(try await trial.pending() == 0)
        }
    }

    @Test func heldEventsThatWaitThemselvesHoldTheNext() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            try await trial.accept([event("1", gate: "p"), event("2"), event("3", gate: "q"), event("4")])
            try await trial.settle("the first waits") { gates.waiting == ["p"] }
            gates.open("p")
            try await trial.untilDelivered(["1!", "2"])
            try await trial.settle("the third waits") { gates.waiting == ["q"] }
            gates.open("q")
            try await trial.untilDelivered(["1!", "2", "3!", "4"])
        }
    }

    @Test func eventsOfTheSessionHaveAnOrderOfTheirOwn() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            var connected = event("session", gate: "slow")
            connected.chat = nil
            try await trial.accept([connected, event("1")])
            try await trial.untilDelivered(["1"])
            gates.open("slow")
            try await trial.untilDelivered(["1", "session!"])
        }
    }

    @Test func manyHeldEventsGoOnInOrderAndInTurnWithTheOthers() async throws {
        let (trial, gates) = try await trial { $0.batch = 4 }
        try await trial.run {
            try await trial.accept([event("0", gate: "slow")] + (1...20).map { event("\($0)") })
            try await trial.settle("the first waits") { gates.waiting == ["slow"] }
            gates.open("slow")
            let expected = ["0!"] + (1...20).map(String.init)
            try await trial.untilDelivered(expected)
            #expect(try await trial.pending() == 0)
        }
    }

    @Test func aStepThatTakesTooLongFails() async throws {
        let (trial, gates) = try await trial(timeout: .seconds(3), onError: .continue)
        try await trial.run {
            try await trial.accept([event("1", gate: "never"), event("2"), event("x", chat: b)])
            try await trial.untilDelivered(["x"])
            try await trial.settle("it waits") { gates.waiting == ["never"] }
            trial.clock.advance(by: .seconds(3))
            try await trial.untilDelivered(["x", "1", "2"])
            #expect(gates.waiting.isEmpty, "what it waited for has ended as well")
        }
    }

    @Test(arguments: [PipelineStep.OnError.deadLetter, .drop])
    func whatFailsAfterItsWaitIsHandledAsItsStepSays(onError: PipelineStep.OnError) async throws {
        let (trial, gates) = try await trial(onError: onError)
        try await trial.run {
            try await trial.accept([event("1", gate: "failing"), event("2")])
            try await trial.settle("it waits") { gates.waiting == ["failing"] }
            gates.open("failing")
            try await trial.untilDelivered(["2"])
            let letters = try await trial.store.countDeliveries(DeliveryFilter(states: [.dead]))
            #expect(letters == (onError == .deadLetter ? 1 : 0))
        }
    }

    @Test func aCommitThatFailsRunsEverythingAgainInOrder() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            try await trial.accept([event("1", gate: "slow"), event("2")])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            trial.journal.breakCommits(1)
            try await trial.accept([event("x", chat: b)])
            try await trial.settle("the commit failed") { trial.journal.failures == 1 }
            try await trial.settle("the wait was given up") { gates.waiting.isEmpty }
            // The service tries again a little later.
            try await trial.settle("it waits again") {
                trial.clock.advance(by: .seconds(1))
                return gates.waiting == ["slow"]
            }
            try await trial.untilDelivered(["x"])
            gates.open("slow")
            try await trial.untilDelivered(["x", "1!", "2"])
        }
    }

    @Test func aCommitThatFailsAfterAWaitLosesAndDoublesNothing() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            try await trial.accept([event("1", gate: "slow"), event("2")])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            trial.journal.breakCommits(1)
            gates.open("slow")
            try await trial.settle("the commit failed") { trial.journal.failures == 1 }
            try await trial.settle("both are delivered") {
                trial.clock.advance(by: .seconds(1))
                return try await trial.delivered() == ["1!", "2"]
            }
        }
    }

    @Test func whatWaitsAtTheEndStaysPending() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            try await trial.accept([event("1", gate: "slow"), event("2"), event("x", chat: b)])
            try await trial.untilDelivered(["x"])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            await trial.shutDown()
            try await trial.settle("the wait was given up") { gates.waiting.isEmpty }
            #expect(try await trial.pending() == 2)
            #expect(try await trial.delivered() == ["x"])
        }
    }

    @Test func eventsThatAreReopenedAreFoundBehindThoseThatWait() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            let ids = try await trial.accept([event("old", chat: b, gate: "failing")])
            try await trial.settle("it waits") { gates.waiting == ["failing"] }
            gates.open("failing")
            try await trial.settle("it is a dead letter") {
                try await trial.store.countDeliveries(DeliveryFilter(states: [.dead])) == 1
            }
            try await trial.accept([event("1", gate: "slow"), event("2")])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            #expect(try await trial.store.replayDeadLetters(DeliveryFilter(), at: trial.clock.now) == 1)
            #expect(try await trial.store.pendingEvents(after: EventID(0), limit: 1).map(\.id) == ids)
            trial.service.rescan()
            try await trial.settle("it has run again") { gates.started == ["failing", "slow", "failing"] }
            gates.open("slow")
            try await trial.untilDelivered(["1!", "2"])
            #expect(gates.started.count == 3, "nothing that waited was run twice")
        }
    }

    @Test func whatIsDoneInTheSameTurnAsARescanIsNotRunAgain() async throws {
        let (trial, gates) = try await trial()
        try await trial.run {
            try await trial.accept([event("1", gate: "slow")])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            trial.journal.holdsCommits = true
            try await trial.accept([event("x", chat: b)])
            try await trial.settle("a turn is held up") { trial.journal.gates.waiting == ["commit"] }
            gates.open("slow")
            try await trial.settle("the wait is over") { gates.waiting.isEmpty }
            for _ in 1...100 { await Task.yield() }
            trial.service.rescan()
            trial.journal.gates.open("commit")
            try await trial.untilDelivered(["x", "1!"])
            #expect(gates.started == ["slow"])
        }
    }

    @Test func soManyWaitAtOnceAndTheRestStaysInTheJournal() async throws {
        let (trial, gates) = try await trial { ($0.maxWaiting, $0.batch) = (2, 1) }
        try await trial.run {
            try await trial.accept(
                ["a", "b", "c", "d"].map { event($0, chat: "\($0)@s.whatsapp.net", gate: "slow-\($0)") })
            try await trial.settle("two wait") { gates.waiting == ["slow-a", "slow-b"] }
            gates.open("slow-b")
            try await trial.settle("the next waits") { gates.waiting == ["slow-a", "slow-c"] }
            for gate in ["slow-a", "slow-c", "slow-d"] { gates.open(gate) }
            try await trial.settle("all are done") { try await trial.pending() == 0 }
            #expect(try await trial.delivered().sorted() == ["a!", "b!", "c!", "d!"])
        }
    }

    @Test func aHeldEventGoesOnInTheChatThatItsPhoneIsKnownBy() async throws {
        let (trial, gates) = try await trial()
        let (lid, phone) = ("100000000000002@lid", "5511999999001@s.whatsapp.net")
        try await trial.run {
            let link = Contact(session: "main", id: phone, lid: lid, updatedAt: trial.clock.now)
            try await trial.accept([event("1", chat: lid, gate: "slow"), event("2", chat: lid)])
            try await trial.settle("it waits") { gates.waiting == ["slow"] }
            trial.directory.learn([.contact(link)])
            gates.open("slow")
            try await trial.untilDelivered(["1!", "2"])
            #expect(try await trial.delivered("chatId") == [lid, phone])
            #expect(try await trial.delivered("chatLid") == ["?", lid])
        }
    }
}

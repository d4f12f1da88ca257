import RelayConfig
import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelayPipeline

/// Events that are processed in the transaction that accepts them, and those that are not.
struct NewEventRunnerTests {
    private let latches = NamedLatches()

    private func fixture(_ steps: [any Stage] = [], taps: TapRegistry = TapRegistry()) async throws -> PipelineFixture {
        try await PipelineFixture([WaitingStage(latches: latches)] + steps, taps: taps, processesAtOnce: true)
    }

    @Test func anEventThatNeedNotWaitIsNeverPending() async throws {
        let pipelines = try await fixture()
        let id = try await pipelines.accept([event("A1")])[0]
        // The service does not run.
        #expect(try await pipelines.delivered() == ["A1"])
        #expect(try await pipelines.pending() == 0)
        #expect(try await pipelines.store.trace(of: id)?.runs.first?.pipelines.map(\.pipeline) == ["default"])
        try await pipelines.run {}
    }

    @Test func anEventThatWaitsHoldsItsChatAndNoOther() async throws {
        let pipelines = try await fixture()
        let other = "b@s.whatsapp.net"
        try await pipelines.run {
            try await pipelines.accept([event("A1", latch: "x"), event("A2"), event("B1", chat: other)])
            #expect(try await pipelines.delivered() == ["B1"])
            #expect(try await pipelines.pending() == 2)
            try await pipelines.accept([event("A3"), event("B2", chat: other)])
            #expect(try await pipelines.delivered() == ["B1", "B2"])
            latches.open("x")
            try await pipelines.untilDelivered(["B1", "B2", "A1!", "A2", "A3"])
            try await pipelines.settle("the chat is free") {
                try await pipelines.accept([event("A4")])
                return try await pipelines.pending() == 0
            }
            #expect(try await pipelines.delivered().last == "A4")
        }
    }

    @Test func aRunThatTakesLongIsLeftToTheService() async throws {
        let pipelines = try await fixture([SlowStage()])
        try await pipelines.accept([event("A1"), event("A2", ["slow": true]), event("A3")])
        #expect(try await pipelines.delivered() == ["A1"], "the chat waits for its second event")
        #expect(try await pipelines.pending() == 2)
        try await pipelines.run { try await pipelines.untilDelivered(["A1", "A2", "A3"]) }
    }

    /// What the first run has put into the cache must not hide that it is not stored.
    @Test func whatADiscardedRunHasLearnedIsStoredByTheNext() async throws {
        let pipelines = try await PipelineFixture(
            [LearningStage(), WaitingStage(latches: latches)], processesAtOnce: true)
        try await pipelines.run {
            latches.open("x")
            try await pipelines.accept([event("A1", latch: "x")])
            try await pipelines.untilDelivered(["A1!"])
            let key = DirectoryEntryKey(session: "main", id: "a@s.whatsapp.net")
            #expect(try await pipelines.store.contacts([key]).map(\.pushName) == ["Ana"])
        }
    }

    @Test func aChatThatWaitsUnderAHiddenIdentityHoldsThePhone() async throws {
        let pipelines = try await fixture()
        let (lid, phone) = ("77@lid", "551191234567@s.whatsapp.net")
        try await pipelines.run {
            try await pipelines.accept([event("A1", chat: lid, latch: "x")])
            try await pipelines.accept([event("A2", chat: phone, ["chatLid": .string(lid)])])
            try await pipelines.accept([event("A3", chat: phone)])
            let known = try await pipelines.store.phones(ofLIDs: [DirectoryEntryKey(session: "main", id: lid)])
            #expect(known.count == 1, "the second event told who it is")
            #expect(try await pipelines.delivered().isEmpty)
            latches.open("x")
            try await pipelines.settle("all delivered") { try await pipelines.delivered().count >= 3 }
            let texts = try await pipelines.delivered().filter { $0.hasPrefix("A") }
            #expect(texts == ["A1!", "A2", "A3"])
        }
    }

    @Test func aDocumentWithManyEventsHoldsUpOthersForSomeOfThem() async throws {
        let pipelines = try await fixture()
        let count = NewEventRunner.maxRuns + 20
        try await pipelines.accept((0..<count).map { event("A\($0)", chat: "c\($0 % 7)@s.whatsapp.net") })
        #expect(try await pipelines.pending() == 20)
        try await pipelines.run { try await pipelines.untilDelivered((0..<count).map { "A\($0)" }) }
    }

    @Test func anOpenTapLeavesEventsToTheService() async throws {
        let taps = TapRegistry()
        let pipelines = try await fixture(taps: taps)
        let tap = try taps.open(TapFilter())
        try await pipelines.accept([event("A1")])
        #expect(try await pipelines.pending() == 1)
        try await pipelines.run { try await pipelines.untilDelivered(["A1"]) }
        withExtendedLifetime(tap) {}
    }

    @Test func pendingEventsOfAnEarlierProcessGoFirst() async throws {
        let pipelines = try await PipelineFixture([WaitingStage(latches: latches)])
        try await pipelines.accept([event("A1")])
        pipelines.store.process(with: pipelines.service.newEvents)
        try await pipelines.accept([event("A2"), event("B1", chat: "b@s.whatsapp.net")])
        #expect(try await pipelines.delivered() == ["B1"])
        try await pipelines.run { try await pipelines.untilDelivered(["B1", "A1", "A2"]) }
    }
}

/// Gives up where others wait.
private struct SlowStage: Stage {
    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        guard draft.event.payload["slow"] == true, let run = context.shortRun else { return .next }
        run.giveUp()
        throw StageError("too long")
    }
}

/// Learns the name of the chat's contact.
private struct LearningStage: Stage {
    var usesDirectory: Bool { true }

    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        guard let chat = draft.event.chat else { return .next }
        draft.records.append(
            .contact(
                Contact(
                    session: draft.event.session, id: chat, pushName: "Ana", updatedAt: draft.event.receivedAt)))
        return .next
    }
}

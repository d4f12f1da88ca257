import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayStages
import RelayTesting
import Synchronization
import Testing

/// Fails on the text `2` until it is repaired.
private final class MendableStage: Stage {
    private let isBroken = Mutex(true)

    func mend() { isBroken.withLock { $0 = false } }

    func run(_ draft: inout PipelineEvent, in context: StageContext) throws(StageError) -> StageOutcome {
        if draft.event.payload["text"] == "2!", isBroken.withLock({ $0 }) { throw StageError("no luck") }
        return .next
    }
}

/// Nested stages, and several events from one, with the service and a real store.
struct NestedStageServiceTests {
    private static let registry = ConfigurationKindRegistry(
        stages: BuiltInStages.all, destinations: [], formats: [], transports: [])

    /// Splits the event, and then runs the steps in a switch for each part.
    private static func arrange(_ steps: [PipelineStep]) throws -> [PipelineStep] {
        let split = "transform: { events: '.payload.items[] | { payload: { text: ., latch: . } }' }"
        let inner = try registry.step(yaml: "switch: [{ default: [drop] }]")
        return [
            try registry.step(yaml: split),
            PipelineStep(
                kind: "switch",
                id: "switch",
                stage: inner.stage,
                branches: [PipelineStep.Branch(steps: steps)]
            ),
        ]
    }

    @Test func severalEventsThatWaitGoOutInOrderAndInOneCommitBeforeTheChatGoesOn() async throws {
        let latches = NamedLatches()
        let fixture = try await PipelineFixture([WaitingStage(latches: latches)], arrange: Self.arrange)
        try await fixture.run {
            try await fixture.accept([
                event("", ["items": ["1", "2"]]), event("", ["items": ["3"]]),
                event("", chat: "b@s.whatsapp.net", ["items": []]),
            ])
            try await fixture.settle("the first waits") { latches.waiting == ["1"] }
            latches.open("1")
            try await fixture.settle("the second waits") { latches.waiting == ["2"] }
            #expect(try await fixture.delivered() == [], "nothing of an event is out before all is decided")
            #expect(try await fixture.pending() == 2, "the chat's later event is held")
            latches.open("2")
            latches.open("3")
            try await fixture.untilDelivered(["1!", "2!", "3!"])
            #expect(latches.started == ["1", "2", "3"])
        }
    }

    @Test func aReplayBringsWhatTheFailureKeptBackAndNothingTwice() async throws {
        let latches = NamedLatches()
        for latch in ["1", "2", "3"] { latches.open(latch) }
        let mendable = MendableStage()
        let fixture = try await PipelineFixture([WaitingStage(latches: latches), mendable], arrange: Self.arrange)
        try await fixture.run {
            try await fixture.accept([event("", ["items": ["1", "2", "3"]])])
            let letters = DeliveryFilter(states: [.dead])
            try await fixture.settle("a dead letter") { try await fixture.store.countDeliveries(letters) == 1 }
            #expect(try await fixture.delivered() == ["1!"])
            let letter = try await fixture.store.deliveries(letters, before: nil, offset: 0, limit: 1).first
            #expect(letter?.destination == "pipeline/default")
            #expect(
                letter?.lastError?.contains("test-1") == true, "it names the stage inside: \(letter.debugDescription)")

            mendable.mend()
            #expect(try await fixture.store.replayDeadLetters(DeliveryFilter(), at: fixture.clock.now) == 1)
            fixture.service.rescan()
            try await fixture.untilDelivered(["1!", "2!", "3!"])
            #expect(try await fixture.store.countDeliveries(letters) == 0)
        }
    }
}

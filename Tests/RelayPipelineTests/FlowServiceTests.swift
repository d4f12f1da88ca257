import RelayConfig
import RelayCore
import RelayJSON
import RelayPipeline
import RelayStages
import RelayTesting
import Synchronization
import Testing

/// Fails on the text `2` while it is broken.
private final class Mendable: Stage {
    private let isBroken = Mutex(true)

    func mend() { isBroken.withLock { $0 = false } }

    func run(_ draft: inout EventDraft, in context: StageContext) throws(StageError) -> StageOutcome {
        if draft.event.payload["text"] == "2!", isBroken.withLock({ $0 }) { throw StageError("no luck") }
        return .next
    }
}

/// Stages inside stages, and several events of one, with the service and a real store.
struct FlowServiceTests {
    private static let registry = ConfigurationRegistry(
        stages: BuiltInStages.all, destinations: [], formats: [], transports: [])

    /// Splits the event, then runs the steps inside a switch for each.
    private static func arrange(_ steps: [PipelineStep]) throws -> [PipelineStep] {
        let split = "transform: { events: '.payload.items[] | { payload: { text: ., gate: . } }' }"
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
        let gates = Gates()
        let trial = try await PipelineFixture([Waiting(gates: gates)], arrange: Self.arrange)
        try await trial.run {
            try await trial.accept([
                event("", ["items": ["1", "2"]]), event("", ["items": ["3"]]),
                event("", chat: "b@s.whatsapp.net", ["items": []]),
            ])
            try await trial.settle("the first waits") { gates.waiting == ["1"] }
            gates.open("1")
            try await trial.settle("the second waits") { gates.waiting == ["2"] }
            #expect(try await trial.delivered() == [], "nothing of an event is out before all is decided")
            #expect(try await trial.pending() == 2, "the chat's later event is held")
            gates.open("2")
            gates.open("3")
            try await trial.untilDelivered(["1!", "2!", "3!"])
            #expect(gates.started == ["1", "2", "3"])
        }
    }

    @Test func aReplayBringsWhatTheFailureKeptBackAndNothingTwice() async throws {
        let gates = Gates()
        for gate in ["1", "2", "3"] { gates.open(gate) }
        let mendable = Mendable()
        let trial = try await PipelineFixture([Waiting(gates: gates), mendable], arrange: Self.arrange)
        try await trial.run {
            try await trial.accept([event("", ["items": ["1", "2", "3"]])])
            let letters = DeliveryFilter(states: [.dead])
            try await trial.settle("a dead letter") { try await trial.store.countDeliveries(letters) == 1 }
            #expect(try await trial.delivered() == ["1!"])
            let letter = try await trial.store.deliveries(letters, before: nil, offset: 0, limit: 1).first
            #expect(letter?.destination == "pipeline/default")
            #expect(
                letter?.lastError?.contains("test-1") == true, "it names the stage inside: \(letter.debugDescription)")

            mendable.mend()
            #expect(try await trial.store.replayDeadLetters(DeliveryFilter(), at: trial.clock.now) == 1)
            trial.service.rescan()
            try await trial.untilDelivered(["1!", "2!", "3!"])
            #expect(try await trial.store.countDeliveries(letters) == 0)
        }
    }
}

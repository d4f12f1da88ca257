import RelayCore
import RelayJSON
import Testing

@testable import RelaySQLite

/// A stage's failure that is replayed runs its event again, through pipelines that had succeeded as well.
struct RerunTests {
    @Test func whatAnEarlierRunQueuedIsNotQueuedAgain() async throws {
        let scratch = try Scratch()
        let store = try await Stores.open(scratch.database)
        let now = Stores.now
        let new = NewEvent(type: .messageReceived, session: "s", chat: "c", dedupKey: "1", payload: ["a": 1])
        _ = try await store.accept([new], source: "t", at: now)
        let event = try #require(try await store.pendingEvents(after: EventID(0), limit: 1).first)
        func planned(_ destination: String, by pipeline: String) -> PlannedDelivery {
            PlannedDelivery(of: event, to: destination, lane: "s/c", pipeline: pipeline, signing: nil)
        }

        let failure = StageFailure(stage: "filter", message: "no", delivery: planned("pipeline/b", by: "b"))
        let first = PipelineResult(event: event.id, deliveries: [planned("crm", by: "a")], failures: [failure])
        try await store.commit([first], at: now)
        let letters = DeliveryFilter(states: [.dead])
        #expect(try await store.countDeliveries(letters) == 1)

        #expect(try await store.replayDeadLetters(DeliveryFilter(), at: now) == 1)
        #expect(try await store.pendingEvents(after: EventID(0), limit: 1).map(\.id) == [event.id])
        let second = PipelineResult(event: event.id, deliveries: [planned("crm", by: "a"), planned("crm", by: "b")])
        try await store.commit([second], at: now)

        let queued = try await store.deliveries(DeliveryFilter(states: [.queued]), before: nil, offset: 0, limit: 10)
        #expect(Set(queued.map(\.pipeline)) == ["a", "b"])
        #expect(queued.count == 2, "the delivery of the pipeline that had succeeded keeps its id")
        #expect(try await store.countDeliveries(letters) == 0)
        await store.close()
    }
}

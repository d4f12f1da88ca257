import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelaySQL

/// Replaying a stage failure runs its event again, including through pipelines that had succeeded.
struct RerunTests {
    @Test func whatAnEarlierRunQueuedIsNotQueuedAgain() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let now = Stores.now
        let new = ParsedEvent(type: .messageReceived, session: "s", chat: "c", dedupKey: "1", payload: ["a": 1])
        _ = try await store.accept([new], source: "t", at: now)
        let event = try #require(try await store.pendingEvents(after: EventID(0), limit: 1).first)
        func planned(_ destination: DestinationKey, by pipeline: String) -> PlannedDelivery {
            PlannedDelivery(of: event, to: destination, lane: "s/c", pipeline: pipeline, signing: nil)
        }

        let failure = StageDeadLetter(stage: "filter", message: "no", delivery: planned("pipeline/b", by: "b"))
        let first = EventProcessingResult(event: event.id, deliveries: [planned("crm", by: "a")], failures: [failure])
        try await store.commit([first], at: now)
        let letters = DeliveryFilter(states: [.dead])
        #expect(try await store.countDeliveries(letters) == 1)

        #expect(try await store.replayDeadLetters(DeliveryFilter(), at: now) == 1)
        #expect(try await store.pendingEvents(after: EventID(0), limit: 1).map(\.id) == [event.id])
        let second = EventProcessingResult(
            event: event.id, deliveries: [planned("crm", by: "a"), planned("crm", by: "b")])
        try await store.commit([second], at: now)

        let queued = try await store.deliveries(DeliveryFilter(states: [.queued]), before: nil, offset: 0, limit: 10)
        #expect(Set(queued.map(\.pipeline)) == ["a", "b"])
        #expect(queued.count == 2, "the delivery of the pipeline that had succeeded keeps its id")
        #expect(try await store.countDeliveries(letters) == 0)
        await store.close()
    }

    /// One event was split into several, and the failure occurred after the second had been queued.
    @Test func ofSeveralDeliveriesToOneDestinationTheFirstAreThoseThatWereQueued() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let now = Stores.now
        let new = ParsedEvent(type: .messageReceived, session: "s", chat: "c", dedupKey: "1", payload: ["a": 1])
        _ = try await store.accept([new], source: "t", at: now)
        let event = try #require(try await store.pendingEvents(after: EventID(0), limit: 1).first)
        func planned(_ item: JSON) -> PlannedDelivery {
            PlannedDelivery(of: event, body: ["item": item], to: "crm", lane: "s/c", pipeline: "a", signing: nil)
        }
        func queued() async throws -> [JSON] {
            let filter = DeliveryFilter(states: [.queued])
            let records = try await store.deliveries(filter, before: nil, offset: 0, limit: 10)
            var items: [JSON] = []
            for record in records.sorted(by: { $0.id < $1.id }) {
                let body = try #require(try await store.body(of: record.id))
                items.append(try #require(try JSON(parsing: body)["item"]))
            }
            return items
        }

        var letter = planned("letter")
        letter.destination = "pipeline/a"
        let failure = StageDeadLetter(stage: "filter", message: "no", delivery: letter)
        let first = EventProcessingResult(event: event.id, deliveries: [planned(1), planned(2)], failures: [failure])
        try await store.commit([first], at: now)
        #expect(try await queued() == [1, 2])

        #expect(try await store.replayDeadLetters(DeliveryFilter(), at: now) == 1)
        let second = EventProcessingResult(
            event: event.id, deliveries: [planned(1), planned(2), planned(3), planned(4)])
        try await store.commit([second], at: now)
        #expect(try await queued() == [1, 2, 3, 4])
        await store.close()
    }
}

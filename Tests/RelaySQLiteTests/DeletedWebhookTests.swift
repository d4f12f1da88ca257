import RelayCore
import RelayJSON
import RelayTesting
import Testing

@testable import RelaySQL

struct DeletedWebhookTests {
    /// The relay ended between the deletion of a webhook and the cancellation of what was queued for it; relays
    /// before this one could also leave such deliveries.
    @Test func whatAnEndedProcessLeftQueuedIsCancelled() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Stores.open(directory.database)
        let now = Stores.now
        let webhook = SessionWebhook(id: "wh_1", session: "s", url: "https://a.example", createdAt: now)
        try await store.createSession(Session(id: "s", createdAt: now), webhooks: [webhook])
        let new = ParsedEvent(type: .messageReceived, session: "s", chat: "c", payload: [:])
        _ = try await store.accept([new], source: "t", at: now)
        let event = try #require(try await store.pendingEvents(after: EventID(0), limit: 1).first)
        let planned = (["wh_1", "wh_1", "crm"] as [DestinationKey]).map {
            PlannedDelivery(of: event, to: $0, lane: "s/c", pipeline: "p", signing: nil)
        }
        try await store.commit([EventProcessingResult(event: event.id, deliveries: planned)], at: now)
        try await store.write { try $0.database.run("DELETE FROM webhooks WHERE id = 'wh_1'") }

        await store.close()
        let again = try await Stores.open(directory.database)
        while try await again.sweep(RetentionPeriods(), at: now, limit: 100) > 0 {}
        let rows = try await again.deliveries(DeliveryFilter(), before: nil, offset: 0, limit: 9)
        #expect(rows.map(\.state) == [.queued, .cancelled, .cancelled])
        #expect(try await again.dueTimes().keys.sorted() == ["crm"])
        await again.close()
    }
}

import RelayCore
import RelayJSON
import RelaySQLite
import Testing

extension SchemaFixture {
    /// One webhook with every option, and one with none.
    static var webhooks: [Webhook] {
        var full = Webhook(id: webhook, session: session, url: "https://crm.example/hook?x=1", createdAt: now)
        full.events = ["message.*", "session.connected"]
        full.headers = [
            Webhook.Header(name: "X-Team", value: "sales"), Webhook.Header(name: "Authorization", value: "Bearer canary"),
        ]
        full.secrets = secrets
        full.retry = ["max_attempts": 5]
        full.ordering = .none
        full.maxInFlight = 3
        full.rateLimit = "20/s"
        full.timeout = .milliseconds(1500)
        full.isEnabled = false
        full.updatedAt = now + .seconds(1)
        return [
            full, Webhook(id: "wh_0000000000002", session: session, url: "https://plain.example/", createdAt: now),
        ]
    }

    static func checkWebhooks(_ store: SQLiteStore) async throws {
        let found = try await store.webhooks(session: session)
        #expect(found.map(\.url) == ["https://crm.example/hook?x=1", "https://plain.example/"])
        #expect(found[0].secrets == secrets && !found[0].isEnabled)
    }
}

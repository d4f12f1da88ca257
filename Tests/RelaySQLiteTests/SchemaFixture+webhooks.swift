import RelayCore
import RelayJSON
import RelaySQL
import RelaySQLite
import Testing

extension SchemaFixture {
    /// The options that webhooks have since version 7.
    private static let options: JSONObject = [
        "url": "https://crm.example/hook?x=1",
        "events": ["message.*", "session.connected"],
        "headers": ["X-Team": "sales", "Authorization": "Bearer canary"],
        "retry": ["max_attempts": 5],
        "ordering": "none",
        "max_in_flight": 3,
        "rate_limit": "20/s",
        "timeout": "1500ms",
    ]

    /// One webhook with these options, and one with only a URL.
    static var webhooks: [SessionWebhook] {
        var full = SessionWebhook(id: webhook, session: session, options: options, createdAt: now)
        full.secrets = secrets
        full.isEnabled = false
        full.updatedAt = now + .seconds(1)
        return [
            full,
            SessionWebhook(
                id: "wh_0000000000002", session: session, url: "https://plain.example/", createdAt: now),
        ]
    }

    static func checkWebhooks(_ store: SQLStore) async throws {
        let found = try await store.webhooks(session: session)
        #expect(found.map(\.options) == [options, ["url": "https://plain.example/"]])
        #expect(found.map(\.id) == webhooks.map(\.id))
        #expect(found.map(\.secrets) == [secrets, []])
        #expect(found.map(\.isEnabled) == [false, true])
        #expect(found.map(\.createdAt) == [now, now])
        #expect(found.map(\.revision) == [1, 1])
        #expect(found.map(\.updatedAt) == [now + .seconds(1), now])
    }
}

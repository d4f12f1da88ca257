import RelayAPI
import RelayCore
import RelayJSON
import Testing

struct WebhookTests {
    private let root = "/api/v1/sessions/abc-123/webhooks"

    @Test func aWebhookIsCreatedWithEverythingAndReadWithoutSecrets() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let created = try await client.post(
                root,
                [
                    "url": "https://crm.example/hook", "events": ["message.*", "session.connected"],
                    "headers": ["X-Team": "sales", "Authorization": "Bearer canary-credential"],
                    "secret": "my-own-secret-text", "retry": ["max_attempts": 5], "ordering": "none",
                    "max_in_flight": 4, "rate_limit": "20/s", "timeout_ms": 5000, "enabled": false,
                ])
            #expect(created.status == 201)
            let id = try #require(created.data["id"]?.string)
            var expected: JSON = [
                "id": .string(id), "session": "abc-123", "url": "https://crm.example/hook",
                "events": ["message.*", "session.connected"],
                "headers": ["X-Team": "sales", "Authorization": "***"],
                "secret": ["set": true, "last4": "text", "value": "my-own-secret-text"],
                "previous_secret_expires_at": nil, "retry": ["max_attempts": 5], "ordering": "none",
                "max_in_flight": 4, "rate_limit": "20/s", "timeout_ms": 5000, "enabled": false,
                "created_at": "2025-11-13T10:30:00.000Z", "updated_at": "2025-11-13T10:30:00.000Z",
            ]
            #expect(created.data == expected)
            expected["secret"] = ["set": true, "last4": "text"]
            let shown = try await client.get("\(root)/\(id)")
            #expect(shown.data == expected)
            #expect(try await client.get(root).data == [expected])
            for answer in [shown, try await client.get(root), try await client.get("/api/v1/sessions")] {
                let text = String(decoding: answer.bytes, as: UTF8.self)
                #expect(!text.contains("canary-credential") && !text.contains("my-own-secret-text"))
            }
        }
        let stored = try #require(try await api.store.webhooks().first)
        #expect(stored.headers.contains(Webhook.Header(name: "Authorization", value: "Bearer canary-credential")))
        #expect(stored.timeout == .seconds(5) && stored.maxInFlight == 4 && !stored.isEnabled)
    }

    @Test func whatIsNotGivenHasItsDefault() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let created = try await client.post(root, ["url": "https://crm.example/hook"])
            #expect(created.data["secret"]?["value"]?.string?.hasPrefix("whsec_") == true)
            #expect(created.data["retry"] == "default" && created.data["ordering"] == "per_chat")
            #expect(created.data["enabled"] == true && created.data["max_in_flight"] == JSON.null)
            let unsigned = try await client.post(root, ["url": "https://crm.example/hook", "secret": nil])
            #expect(unsigned.data["secret"] == ["set": false])
        }
    }

    @Test func aWebhookIsChangedAndScrubbedHeadersKeepTheirValue() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let answer = try await client.patch(
                "\(root)/\(webhook.id)",
                ["headers": ["x-api-token": "***", "X-New": "1"], "enabled": false, "rate_limit": "5/m"])
            #expect(answer.status == 200)
            #expect(answer.data["headers"] == ["x-api-token": "***", "X-New": "1"])
            #expect(answer.data["secret"] == ["set": true, "last4": "NDU="] || answer.data["secret"]?["set"] == true)
            #expect(answer.data["url"] == "https://your-app.com/webhook")
            let cleared = try await client.patch("\(root)/\(webhook.id)", ["rate_limit": nil, "secret": nil])
            #expect(cleared.data["rate_limit"] == JSON.null && cleared.data["secret"] == ["set": false])
        }
        let stored = try #require(try await api.store.webhook(webhook.id))
        #expect(stored.headers.contains(Webhook.Header(name: "x-api-token", value: "canary-token")))
    }

    @Test func aRotatedSecretLeavesTheOldOneActiveForTheGrace() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        let old = try #require(webhook.secrets.first?.value)
        try await api.run { client in
            let answer = try await client.post("\(root)/\(webhook.id)/rotate-secret", ["grace_seconds": 3600])
            #expect(answer.status == 200)
            let value = try #require(answer.data["secret"]?["value"]?.string)
            #expect(value.hasPrefix("whsec_") && value != old)
            #expect(answer.data["previous_secret_expires_at"] == "2025-11-13T11:30:00.000Z")
            let stored = try #require(try await api.store.webhook(webhook.id))
            #expect(stored.secrets.map(\.value) == [value, old])
            #expect(stored.secrets.map(\.expiresAt) == [nil, TestAPI.start + .seconds(3600)])

            // A second rotation, without grace, ends all that came before.
            let second = try await client.post("\(root)/\(webhook.id)/rotate-secret", ["grace_seconds": 0])
            #expect(second.data["previous_secret_expires_at"] == JSON.null)
            #expect(try await api.store.webhook(webhook.id)?.secrets.count == 1)
        }
    }

    @Test func withoutABodyTheGraceIsADay() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        try await api.run { client in
            let answer = try await client.post("\(root)/\(webhook.id)/rotate-secret")
            #expect(answer.data["previous_secret_expires_at"] == "2025-11-14T10:30:00.000Z")
        }
    }

    @Test func aWebhookIsDeletedAndBelongsToItsSessionOnly() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        api.seedSession("other", url: nil)
        try await api.run { (client) async throws in
            let foreign = "/api/v1/sessions/other/webhooks/\(webhook.id)"
            #expect(try await client.get(foreign).status == 404)
            #expect(try await client.delete(foreign).status == 404)
            #expect(try await client.patch(foreign, ["enabled": false]).status == 404)
            #expect(try await client.post(foreign + "/rotate-secret").status == 404)
            #expect(try await client.get("/api/v1/sessions/none/webhooks").status == 404)
            #expect(try await client.delete("\(root)/\(webhook.id)").status == 200)
            #expect(try await client.get("\(root)/\(webhook.id)").status == 404)
        }
    }
}

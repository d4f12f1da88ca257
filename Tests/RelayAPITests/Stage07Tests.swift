import RelayAPI
import RelayCore
import RelayJSON
import Testing

/// The four routes of stage-07; whole responses are compared.
struct Stage07Tests {
    private let root = "/api/v1/sessions/abc-123/webhook"

    @Test func aSuccessfulTestHasItsForm() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        api.control.edit {
            $0.testResult = WebhookTestResult(
                url: "", statusCode: 200, statusText: "OK", ok: true,
                headers: [("Content-Type", "application/json"), ("Content-Length", "42")],
                response: #"{"status":"ok","received":true}"#, latencyMs: 12.75)
        }
        try await api.run { client in
            let answer = try await client.post(
                root + "/test", ["url": "https://your-app.com/webhook", "event": "webhook.test"])
            #expect(answer.status == 200)
            #expect(
                answer.json == [
                    "success": true,
                    "data": [
                        "url": "https://your-app.com/webhook", "statusCode": 200, "statusText": "OK", "ok": true,
                        "headers": ["content-type": "application/json", "content-length": "42"],
                        "response": #"{"status":"ok","received":true}"#, "latency": 12.75,
                    ],
                    "message": "Webhook test successful",
                ])
            // Without a body, the session's own webhook URL and stage-07's default event are used.
            #expect(try await client.post(root + "/test").status == 200)
            #expect(try await client.post(root + "/test", ["url": "https://elsewhere.example/x"]).status == 200)
        }
        #expect(
            api.control.read { $0.tested } == [
                .init(url: webhook.url, session: "abc-123", webhook: webhook.id, event: .webhookTest),
                .init(url: webhook.url, session: "abc-123", webhook: webhook.id, event: .webhookTest),
                .init(url: "https://elsewhere.example/x", session: "abc-123", webhook: nil, event: .webhookTest),
            ])
    }

    @Test func aFailedTestHasItsForm() async throws {
        let api = TestAPI()
        api.seedSession()
        let error = "request to https://your-app.com/webhook failed, reason: connect ECONNREFUSED"
        api.control.edit {
            $0.testResult = WebhookTestResult(
                url: "", ok: false, latencyMs: 1, error: error, errorType: "connect", networkError: "ECONNREFUSED")
        }
        try await api.run { client in
            let answer = try await client.post(root + "/test")
            #expect(answer.status == 200)
            #expect(
                answer.json == [
                    "success": false,
                    "data": [
                        "url": "https://your-app.com/webhook", "error": .string(error), "errorType": "connect",
                        "timeout": false, "networkError": "ECONNREFUSED",
                    ],
                    "message": .string("Webhook test failed: " + error),
                ])
        }
    }

    @Test func anAnswerOtherThan2xxIsAFailureInTheFormOfAnAnswer() async throws {
        let api = TestAPI()
        api.seedSession()
        api.control.edit {
            $0.testResult = WebhookTestResult(
                url: "", statusCode: 500, statusText: "Internal Server Error", ok: false, latencyMs: 3)
        }
        try await api.run { client in
            let answer = try await client.post(root + "/test")
            #expect(answer.status == 200 && answer.json["success"] == false)
            #expect(answer.data["statusCode"] == 500 && answer.data["ok"] == false && answer.data["latency"] == 3)
            #expect(answer.json["message"] == "Webhook test failed: it answered 500 Internal Server Error")
        }
    }

    @Test func aTestNeedsASessionAndAnAddress() async throws {
        let api = TestAPI()
        api.seedSession(url: nil)
        try await api.run { client in
            let noAddress = try await client.post(root + "/test")
            #expect(noAddress.status == 400 && noAddress.code == "no_webhook_url")
            #expect(try await client.post("/api/v1/sessions/none/webhook/test").status == 404)
            let event = try await client.post(root + "/test", ["url": "https://a.example", "event": "a\r\nb"])
            #expect(event.status == 422 && event.places == ["/event"])
            let placeholder = try await client.post(root + "/test", ["url": "https://a.example/{{payload.chatId}}"])
            #expect(placeholder.status == 422 && placeholder.places == ["/url"])
            #expect(placeholder.message?.contains("has a placeholder in it") == true)
        }
        #expect(api.control.read { $0.tested.isEmpty })
    }

    /// The URL of a test is compared with those of webhooks as both are sent.
    @Test func aTestFindsItsWebhookInEitherSpelling() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession(url: "https://xn--mller-kva.example/%C3%A7"))
        try await api.run { client in
            let answer = try await client.post(root + "/test", ["url": "https://müller.example/ç"])
            #expect(answer.status == 200)
            let session: JSON = ["id": "new", "webhook_url": "https://a.example/{{payload.chatId}}"]
            let refused = try await client.post("/api/v1/sessions", session)
            #expect(refused.status == 422 && refused.places == ["/webhook_url"])
        }
        #expect(api.control.read { $0.tested.map(\.webhook) } == [webhook.id])
    }

    @Test func theHistoryOfDeliveriesHasItsForm() async throws {
        let api = TestAPI()
        api.seedSession()
        let earlier = Timestamp(seconds: 1_763_029_500)
        let failed = api.store.seedDelivery(
            .dead, type: .messageSent, reason: .exhausted, status: 500, error: "HTTP 500", attempts: 3, at: earlier)
        let delivered = api.store.seedDelivery(.delivered, status: 200, attempts: 1, at: TestAPI.start)
        api.store.seedDelivery(.queued, at: TestAPI.start)
        api.store.seedDelivery(.delivered, session: "other", status: 200, attempts: 1, at: TestAPI.start)
        try await api.run { client in
            let success: JSON = [
                "id": .string("webhook-abc-123-message.received-1763029800-\(delivered)"),
                "eventType": "webhook.delivered",
                "payload": [
                    "event": "message.received", "webhookUrl": "https://your-app.com/webhook", "status": 200,
                    "attempt": 1,
                ],
                "severity": "debug",
                "created_at": "2025-11-13T10:30:00.000Z",
            ]
            let failure: JSON = [
                "id": .string("webhook-abc-123-message.sent-1763029500-\(failed)"),
                "eventType": "webhook.failed",
                "payload": [
                    "event": "message.sent", "webhookUrl": "https://your-app.com/webhook",
                    "error": "Webhook returned status 500", "attempt": 3,
                ],
                "severity": "warn",
                "created_at": "2025-11-13T10:25:00.000Z",
            ]
            let all = try await client.get(root + "/events?limit=10")
            #expect(
                all.json == [
                    "success": true, "data": [success, failure],
                    "pagination": ["limit": 10, "offset": 0, "total": 2],
                ])
            #expect(try await client.get(root + "/events?status=delivered").data == [success])
            #expect(try await client.get(root + "/events?status=failed").data == [failure])
            let second = try await client.get(root + "/events?offset=1")
            #expect(second.data == [failure])
            #expect(second.json["pagination"] == ["limit": 50, "offset": 1, "total": 2])
            #expect(try await client.get(root + "/events?status=sent").status == 422)
            #expect(try await client.get(root + "/events?limit=101").status == 422)
            #expect(try await client.get("/api/v1/sessions/none/webhook/events").status == 404)
        }
    }

    @Test func aRetryIsQueuedForTheFirstWebhookWithTheGivenPayload() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        let payload: JSON = [
            "messageId": "uuid-456", "chatId": "5511999999999@c.us", "type": "text", "content": ["text": "Hello"],
        ]
        try await api.run { client in
            let answer = try await client.post(root + "/retry", ["event": "message.received", "payload": payload])
            #expect(answer.status == 200)
            let job = try #require(answer.data["jobId"]?.string)
            #expect(
                answer.json == [
                    "success": true,
                    "data": [
                        "jobId": .string(job), "webhookUrl": "https://your-app.com/webhook",
                        "event": "message.received",
                    ],
                    "message": "Webhook retry queued successfully",
                ])
            #expect(job.hasPrefix("webhook-abc-123-message.received-1763029800-"))

            let id = try #require(DeliveryID(job))
            let planned = try #require(api.store.planned(id))
            #expect(planned.destination == webhook.destination && planned.pipeline == "retry")
            #expect(planned.signing == .standardWebhooks)
            #expect(planned.lane == "abc-123/5511999999999@s.whatsapp.net")
            let body = try JSON(parsing: planned.body(for: id))
            #expect(
                body == [
                    "event": "message.received", "sessionId": "abc-123", "payload": payload,
                    "timestamp": "2025-11-13T10:30:00.000Z", "deliveryId": .string(job),
                ])
            let shown = try await client.get("/api/v1/deliveries/\(job)")
            #expect(shown.data["state"] == "queued" && shown.data["event"] == JSON.null)
        }
    }

    @Test func aRetryNeedsEventPayloadAndAnEnabledWebhook() async throws {
        let api = TestAPI()
        let webhook = try #require(api.seedSession())
        api.seedSession("bare", url: nil)
        try await api.run { client in
            let empty = try await client.post(root + "/retry", [:])
            #expect(empty.status == 422 && Set(empty.places) == ["/event", "/payload"])
            let body: JSON = ["event": "message.received", "payload": [:]]
            #expect(try await client.post("/api/v1/sessions/bare/webhook/retry", body).status == 400)
            #expect(try await client.post("/api/v1/sessions/none/webhook/retry", body).status == 404)
            _ = try await client.patch("/api/v1/sessions/abc-123/webhooks/\(webhook.id)", ["enabled": false])
            #expect(try await client.post(root + "/retry", body).status == 409)
        }
    }

    @Test func theEventTypesAreListedWithTheEightOfStage07First() async throws {
        try await TestAPI().run { client in
            let answer = try await client.get("/api/v1/webhook/events")
            let types = try #require(answer.data.array)
            #expect(answer.json["message"] == .string("\(types.count) webhook event types available"))
            #expect(
                types.prefix(8).map { $0["event"]?.string } == [
                    "session.qr_updated", "session.connected", "session.disconnected", "message.received",
                    "message.sent", "message.delivered", "message.read", "message.failed",
                ])
            #expect(types.count == 15)
            #expect(
                types[0] == [
                    "event": "session.qr_updated", "description": "QR code was generated or updated",
                    "category": "session", "payload": ["qr_code": "base64_string", "generated_at": "timestamp"],
                ])
            #expect(
                types[1] == [
                    "event": "session.connected", "description": "Session successfully connected to WhatsApp",
                    "category": "session",
                    "payload": ["connected_at": "timestamp", "phone_number": "string (if available)"],
                ])
            #expect(
                types[3] == [
                    "event": "message.received", "description": "New message received", "category": "message",
                    "payload": [
                        "messageId": "uuid", "from": "jid", "type": "text|image|video|...", "content": "object",
                        "timestamp": "timestamp",
                    ],
                ])
        }
    }
}

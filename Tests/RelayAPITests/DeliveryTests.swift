import RelayAPI
import RelayCore
import RelayJSON
import RelayTesting
import Testing

struct DeliveryTests {
    @Test func deliveriesComeInPagesByCursor() async throws {
        let api = TestAPI()
        let ids = (0..<5).map { api.store.seedDelivery(.queued, at: TestAPI.start + .seconds($0)) }
        try await api.run { client in
            var seen: [String] = []
            var cursor: String? = ""
            var pages = 0
            while let next = cursor {
                let answer = try await client.get(
                    "/api/v1/deliveries?limit=2" + (next.isEmpty ? "" : "&cursor=\(next)"))
                #expect(answer.json["pagination"]?["limit"] == 2)
                seen += (answer.data.array ?? []).compactMap { $0["webhook_id"]?.string }
                cursor = answer.json["pagination"]?["next_cursor"]?.string
                pages += 1
            }
            #expect(pages == 3)
            #expect(seen == ids.reversed().map(\.webhookID))
        }
    }

    @Test func filtersChooseDeliveries() async throws {
        let api = TestAPI()
        api.store.seedDelivery(.queued, at: TestAPI.start)
        api.store.seedDelivery(.dead, to: "chatwoot", reason: .refused, at: TestAPI.start + .seconds(60))
        api.store.seedDelivery(.delivered, type: .messageSent, chat: nil, at: TestAPI.start + .seconds(120))
        try await api.run { (client) async throws in
            func count(_ query: String) async throws -> Int? {
                try await client.get("/api/v1/deliveries?" + query).data.array?.count
            }
            #expect(try await count("state=queued,dead") == 2)
            #expect(try await count("destination=chatwoot") == 1)
            #expect(try await count("session=abc-123") == 3)
            #expect(try await count("session=x") == 0)
            #expect(try await count("chat=5511999999999%40c.us") == 2)
            #expect(try await count("event_type=message.sent") == 1)
            #expect(try await count("event=\(EventID(7))") == 3)
            #expect(try await count("event=\(EventID(8))") == 0)
            #expect(try await count("reason=refused") == 1)
            #expect(try await count("since=2025-11-13T10:31:00Z") == 2)
            #expect(try await count("since=2025-11-13T07:31:00-03:00&until=2025-11-13T11:32:00+01:00") == 1)
        }
    }

    @Test func oneDeliveryIsShownWithItsAttemptsAndBodyUnderAnyOfItsIds() async throws {
        let api = TestAPI()
        let id = api.store.seedDelivery(.queued, status: 503, error: "HTTP 503", attempts: 1, at: TestAPI.start)
        let name = "webhook-abc-123-message.received-1763029800-\(id)"
        api.control.edit { $0.wait = DeliveryWait(.breaker, until: TestAPI.start, behind: "webhook-1") }
        try await api.run { client in
            for text in [name, "msg_\(id)", "\(id)"] {
                let answer = try await client.get("/api/v1/deliveries/\(text)")
                #expect(
                    answer.data == [
                        "id": .string(name), "webhook_id": .string("msg_\(id)"),
                        "event": .string(EventID(7).description), "event_type": "message.received",
                        "session": "abc-123", "chat": "5511999999999@s.whatsapp.net", "pipeline": "default",
                        "destination": "crm", "state": "queued", "attempt_count": 1,
                        "due_at": "2025-11-13T10:30:00.000Z", "reason": nil, "last_status": 503,
                        "waits_for": [
                            "reason": "breaker",
                            "message": "the destination is down; next probe at 2025-11-13T10:30:00.000Z", "since": nil,
                            "until": "2025-11-13T10:30:00.000Z", "delivery_id": "webhook-1",
                        ],
                        "last_error": "HTTP 503", "last_target": "https://your-app.com/webhook",
                        "received_at": "2025-11-13T10:30:00.000Z", "created_at": "2025-11-13T10:30:00.000Z",
                        "finished_at": nil,
                        "attempts": [
                            [
                                "number": 1, "started_at": "2025-11-13T10:30:00.000Z", "outcome": "refused",
                                "failure": nil, "status": 503, "error": "HTTP 503", "response": nil,
                                "target": "https://your-app.com/webhook", "duration_ms": 12, "retry_after_ms": nil,
                            ]
                        ],
                        "body": ["event": "message.received", "payload": ["n": .number("12345678901234567890")]],
                    ])
            }
            #expect(try await client.get("/api/v1/deliveries/none").status == 404)
            #expect(try await client.get("/api/v1/deliveries/\(DeliveryID(9))").status == 404)
        }
    }

    @Test func retryAndCancelDependOnTheState() async throws {
        let api = TestAPI()
        let queued = api.store.seedDelivery(.queued, at: TestAPI.start)
        let flying = api.store.seedDelivery(.inFlight, at: TestAPI.start)
        let delivered = api.store.seedDelivery(.delivered, at: TestAPI.start)
        try await api.run { client in
            let cancelled = try await client.post("/api/v1/deliveries/\(queued)/cancel")
            #expect(cancelled.status == 200 && cancelled.data["state"] == "cancelled")
            let again = try await client.post("/api/v1/deliveries/\(queued)/cancel")
            #expect(again.status == 409 && again.json["error"]?["details"] == ["state": "cancelled"])
            let retried = try await client.post("/api/v1/deliveries/\(queued)/retry")
            #expect(retried.status == 200 && retried.data["state"] == "queued")
            #expect(try await client.post("/api/v1/deliveries/\(flying)/retry").status == 409)
            #expect(try await client.post("/api/v1/deliveries/\(delivered)/retry").status == 409)
            #expect(try await client.post("/api/v1/deliveries/\(DeliveryID(9))/retry").status == 404)
        }
    }

    @Test func deadLettersAreListedShownReplayedAndRemoved() async throws {
        let api = TestAPI()
        let first = api.store.seedDelivery(.dead, reason: .exhausted, at: TestAPI.start)
        let second = api.store.seedDelivery(.dead, reason: .refused, at: TestAPI.start)
        let queued = api.store.seedDelivery(.queued, at: TestAPI.start)
        try await api.run { client in
            let list = try await client.get("/api/v1/dead-letters")
            #expect(list.data.array?.compactMap { $0["reason"]?.string } == ["refused", "exhausted"])
            #expect(try await client.get("/api/v1/dead-letters?reason=refused").data.array?.count == 1)
            #expect(try await client.get("/api/v1/dead-letters?state=dead").status == 422)

            #expect(try await client.get("/api/v1/dead-letters/\(first)").data["attempts"] == [])
            #expect(try await client.get("/api/v1/dead-letters/\(queued)").status == 404)

            let replayed = try await client.post("/api/v1/dead-letters/\(first)/replay")
            #expect(replayed.status == 200 && replayed.data["state"] == "queued")
            #expect(try await client.post("/api/v1/dead-letters/\(first)/replay").status == 409)
            #expect(try await client.post("/api/v1/dead-letters/\(queued)/replay").status == 409)

            #expect(try await client.delete("/api/v1/dead-letters/\(second)").data["state"] == "cancelled")
            #expect(try await client.delete("/api/v1/dead-letters/\(queued)").status == 409)
            #expect(try await client.get("/api/v1/dead-letters").data == [])
        }
    }

    @Test func manyDeadLettersAreReplayedOrPurgedByFilterOrAllByName() async throws {
        let api = TestAPI()
        for index in 0..<4 {
            api.store.seedDelivery(.dead, to: index < 3 ? "crm" : "chatwoot", reason: .exhausted, at: TestAPI.start)
        }
        try await api.run { client in
            for path in ["/api/v1/dead-letters/replay", "/api/v1/dead-letters/purge"] {
                for body in [nil, [:], ["all": false], ["all": true, "destination": "crm"], ["destnation": "crm"]]
                    as [JSON?]
                {
                    #expect(try await client.post(path, body).status == 422, "\(path) \(body ?? nil)")
                }
            }
            #expect(try await client.get("/api/v1/dead-letters").data.array?.count == 4)
            let replayed = try await client.post("/api/v1/dead-letters/replay", ["destination": "chatwoot"])
            #expect(
                replayed.json == [
                    "success": true, "data": ["replayed": 1], "message": "1 dead letters replayed",
                ])
            let purged = try await client.post("/api/v1/dead-letters/purge", ["all": true])
            #expect(purged.data == ["purged": 3])
        }
    }
}

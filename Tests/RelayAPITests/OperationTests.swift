import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import RelayTesting
import Testing

/// Destinations, history, pipelines and health.
struct OperationTests {
    @Test func destinationsShowHowTheyStandAndAreSteered() async throws {
        let api = TestAPI()
        api.control.edit {
            $0.destinations = [
                DestinationStatus(
                    key: "crm", kind: "webhook", target: "https://crm.example/hook", state: .active,
                    ordering: .perChat, maxInFlight: 16, rateLimit: RateLimit(count: 20, per: .seconds(1)),
                    batch: BatchPolicy(),
                    counts: [.queued: 2, .dead: 1], oldestQueuedAt: TestAPI.start, inFlight: 1,
                    breaker: .init(state: .halfOpen, consecutiveFailures: 5, nextProbeAt: TestAPI.start),
                    pause: DestinationPause(destination: "crm", reason: .gone, since: TestAPI.start),
                    release: .init(rate: RateLimit(count: 5, per: .seconds(1)), remaining: 7),
                    wait: DeliveryWait(.receiverRate, until: TestAPI.start)),
                DestinationStatus(key: "pipeline/default", kind: nil, target: nil, state: .removed, counts: [.dead: 1]),
                DestinationStatus(
                    key: "erp", kind: nil, target: nil, state: .removed, counts: [.queued: 3], help: "bring it back"),
            ]
            $0.testResult = WebhookTestResult(url: "https://crm.example/hook", statusCode: 204, ok: true, latencyMs: 2)
        }
        try await api.run { client in
            let list = try await client.get("/api/v1/destinations")
            #expect(list.data.array?.count == 3)
            #expect(
                list.data[0] == [
                    "key": "crm", "kind": "webhook", "target": "https://crm.example/hook", "session": nil,
                    "state": "active", "ordering": "per_chat", "max_in_flight": 16, "rate_limit": "20/s",
                    "batch": ["max_events": 100, "max_wait_ms": 2000, "max_bytes": 1_048_576], "help": nil,
                    "counts": ["queued": 2, "in_flight": 0, "delivered": 0, "dead": 1, "cancelled": 0],
                    "oldest_queued_at": "2025-11-13T10:30:00.000Z", "in_flight": 1,
                    "pause": [
                        "reason": "gone", "since": "2025-11-13T10:30:00.000Z", "held": 2,
                        "oldest_held_at": "2025-11-13T10:30:00.000Z",
                    ],
                    "release": ["rate": "5/s", "remaining": 7],
                    "waits_for": [
                        "reason": "receiver_rate",
                        "message": "the receiver answered 429; next request at 2025-11-13T10:30:00.000Z",
                        "since": nil, "until": "2025-11-13T10:30:00.000Z", "delivery_id": nil,
                    ],
                    "breaker": [
                        "state": "half_open", "consecutive_failures": 5, "next_probe_at": "2025-11-13T10:30:00.000Z",
                    ],
                ])
            #expect(try await client.get("/api/v1/destinations/pipeline%2Fdefault").data["state"] == "removed")
            #expect(try await client.post("/api/v1/destinations/crm/pause").data["state"] == "paused")
            #expect(try await client.post("/api/v1/destinations/crm/resume").data["state"] == "active")
            #expect(try await client.post("/api/v1/destinations/crm/resume", ["rate": "20/s"]).status == 200)
            #expect(api.control.read { $0.rates } == [nil, RateLimit(count: 20, per: .seconds(1))])
            for wrong: JSON in [["rate": "often"], ["rate": "9000/s"], ["speed": "1/s"]] {
                #expect(try await client.post("/api/v1/destinations/crm/resume", wrong).status == 422)
            }
            #expect(list.data[1]?["pause"] == JSON.null && list.data[1]?["release"] == JSON.null)
            let test = try await client.post("/api/v1/destinations/crm/test", ["event": "message.received"])
            #expect(test.json["success"] == true && test.data["statusCode"] == 204)
            #expect(list.data[2]?["help"] == "bring it back" && list.data[2]?["batch"] == JSON.null)
            #expect(try await client.delete("/api/v1/destinations/erp/queued").data == ["cancelled": 3])
            #expect(try await client.get("/api/v1/destinations/erp").data["counts"]?["queued"] == 0)
            #expect(try await client.delete("/api/v1/destinations/none/queued").status == 404)
            for route in ["pause", "resume", "test"] {
                #expect(try await client.post("/api/v1/destinations/none/\(route)").status == 404)
            }
            #expect(try await client.get("/api/v1/destinations/none").status == 404)
        }
    }

    @Test func historyIsReadInPages() async throws {
        let api = TestAPI()
        api.store.edit { data in
            for index in 0..<3 {
                data.messages.append(
                    Message(
                        session: "abc-123", chat: "5511999999999@s.whatsapp.net", id: "m\(index)",
                        isOutbound: index == 2, sender: "5511999999999@s.whatsapp.net", type: "text",
                        content: ["text": "Hello"], status: .delivered,
                        timestamp: TestAPI.start + .seconds(index), event: EventID(7)))
            }
            data.chats = [
                ChatSummary(
                    session: "abc-123", id: "5511999999999@s.whatsapp.net", kind: .direct, name: "Maria Silva",
                    imageURL: "", lastMessageID: "m2", lastMessageAt: TestAPI.start, messageCount: 3)
            ]
            data.contacts = [
                Contact(
                    session: "abc-123", id: "5511999999999@s.whatsapp.net", name: "Maria", pushName: "Mari",
                    updatedAt: TestAPI.start)
            ]
            data.groups = [
                Group(session: "abc-123", id: "1-2@g.us", name: "Vendas", size: 12, updatedAt: TestAPI.start)
            ]
        }
        try await api.run { client in
            let messages = try await client.get("/api/v1/messages?direction=inbound&chat=5511999999999@c.us&limit=1")
            #expect(messages.json["pagination"] == ["limit": 1, "offset": 0, "total": 2])
            #expect(
                messages.data[0] == [
                    "id": "m1", "session": "abc-123", "chat": "5511999999999@s.whatsapp.net", "direction": "inbound",
                    "sender": "5511999999999@s.whatsapp.net", "type": "text", "content": ["text": "Hello"],
                    "status": "delivered", "timestamp": "2025-11-13T10:30:01.000Z",
                    "event": .string(EventID(7).description), "edited_at": nil, "deleted_at": nil,
                ])
            let chats = try await client.get("/api/v1/chats?session=abc-123&search=Maria+S")
            #expect(chats.json["pagination"]?["total"] == 1)
            #expect(chats.data[0]?["kind"] == "direct" && chats.data[0]?["image_url"] == JSON.null)
            let contacts = try await client.get("/api/v1/contacts")
            #expect(
                contacts.data[0]?["display_name"] == "Maria" && contacts.data[0]?["phone_number"] == "5511999999999")
            let groups = try await client.get("/api/v1/groups?search=none")
            #expect(groups.json["pagination"]?["total"] == 0)
            #expect(try await client.get("/api/v1/groups").data[0]?["size"] == 12)
        }
    }

    @Test func oneStoredEventIsShown() async throws {
        let api = TestAPI()
        let new = ParsedEvent(
            type: .messageReceived, session: "abc-123", chat: "c", payload: ["id": 9_007_199_254_740_993])
        let accepted = try await api.store.accept([new], source: "baileys", at: TestAPI.start)
        let id = try #require(accepted.first?.id)
        try await api.run { client in
            let answer = try await client.get("/api/v1/events/\(id)")
            #expect(
                answer.data == [
                    "id": .string(id.description), "source": "baileys", "event_type": "message.received",
                    "session": "abc-123", "chat": "c", "occurred_at": nil,
                    "received_at": "2025-11-13T10:30:00.000Z", "payload": ["id": 9_007_199_254_740_993],
                ])
            #expect(try await client.get("/api/v1/events/\(EventID(5))").status == 404)
            #expect(try await client.get("/api/v1/events/what").status == 404)
        }
    }

    @Test func pipelinesAreShownAndReloaded() async throws {
        let api = TestAPI()
        try await api.run { client in
            #expect(
                try await client.get("/api/v1/pipelines").data == [
                    [
                        "name": "default", "file": "pipelines/default.yaml", "from": ["baileys"],
                        "stages": [["id": "persist-1", "kind": "persist"]],
                    ]
                ])
            #expect(
                try await client.post("/api/v1/reload").json == [
                    "success": true,
                    "data": [
                        "generation": 2, "loaded_at": "2025-11-13T10:30:00.000Z",
                        "warnings": ["store.url: no retention is set"],
                    ],
                    "message": "Configuration reloaded",
                ])
            api.control.edit {
                $0.reloadError = APIError(
                    status: 422, code: "invalid_configuration", message: "config.yaml has 1 mistake.",
                    details: ["config.yaml:3:5: unknown key"])
            }
            let wrong = try await client.post("/api/v1/reload")
            #expect(wrong.status == 422)
            #expect(wrong.json["error"]?["details"] == ["config.yaml:3:5: unknown key"])
        }
    }

    @Test func readinessSaysWhatIsMissing() async throws {
        let api = TestAPI()
        try await api.run { client in
            #expect(try await client.get("/livez").json == ["success": true, "data": ["status": "alive"]])
            #expect(try await client.get("/readyz").data["status"] == "ready")
            api.control.edit { $0.readiness = Readiness(isReady: false, reasons: ["the disk is full"]) }
            let full = try await client.get("/readyz")
            #expect(full.status == 503 && full.json["error"]?["details"] == ["the disk is full"])
            #expect(full.headers[.retryAfter] != nil)
            #expect(try await client.get("/livez").status == 200)
            api.control.edit {
                $0.readiness = Readiness(isReady: true)
                $0.draining = true
            }
            let draining = try await client.get("/readyz")
            #expect(draining.status == 503 && draining.json["error"]?["details"] == ["shutting down"])
        }
    }

    @Test func theConfigurationAtWorkIsShown() async throws {
        let answer = try await TestAPI().run { try await $0.get("/api/v1/config") }
        #expect(answer.status == 200)
        #expect(answer.data["generation"] == 3)
        #expect(answer.data["configuration"] == ["version": 1])
        #expect(answer.data["hash"]?.string?.count == 16)
        #expect(answer.data["last_error"]?["mistakes"] == ["config.yaml:1:1: error: no"])
    }
}

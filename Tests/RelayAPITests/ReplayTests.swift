import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import RelayTesting
import Testing

struct ReplayTests {
    @Test func aReplayIsMadeShownListedAndCancelled() async throws {
        let api = TestAPI()
        for state in [DeliveryState.delivered, .dead, .queued] { api.store.seedDelivery(state, at: TestAPI.start) }
        try await api.run { client in
            let made = try await client.post("/api/v1/replays", ["since": "2h", "chat": "5511999999999@c.us"])
            #expect(made.status == 201, "\(made.json)")
            let id = try #require(made.data["id"]?.string)
            #expect(id.hasPrefix("rpl_"))
            var expected: JSON = [
                "id": .string(id), "state": "waiting", "from": "deliver",
                "selection": [
                    "since": "2025-11-13T08:30:00.000Z", "chat": "5511999999999@s.whatsapp.net",
                    "states": ["dead", "delivered"],
                ],
                "rate": "50/s", "selected": 2, "done": 0, "skipped": 0, "remaining": 2, "deliveries": 0, "queued": 0,
                "failures": 0,
                "created_at": "2025-11-13T10:30:00.000Z", "started_at": nil, "finished_at": nil,
            ]
            #expect(try await client.get("/api/v1/replays/\(id)").data == expected)
            expected["warnings"] = []
            #expect(made.data == expected)
            let second = try await client.post("/api/v1/replays", ["since": "3d", "from": "start", "rate": "600/m"])
            #expect(second.data["warnings"] == ["Nothing is selected."])

            let page = try await client.get("/api/v1/replays?limit=1")
            #expect(page.data.array?.compactMap { $0["rate"]?.string } == ["600/m"])
            let cursor = try #require(page.json["pagination"]?["next_cursor"]?.string)
            let last = try await client.get("/api/v1/replays?limit=1&cursor=\(cursor)")
            #expect(last.data.array?.compactMap { $0["id"]?.string } == [id])
            #expect(last.json["pagination"]?["next_cursor"] == .null)

            #expect(try await client.delete("/api/v1/replays/\(id)").data["state"] == "cancelled")
            let again = try await client.delete("/api/v1/replays/\(id)")
            #expect(again.status == 409 && again.json["error"]?["details"] == ["state": "cancelled"])
            for unknown in ["rpl_0000000000001", "x"] {
                #expect(try await client.get("/api/v1/replays/\(unknown)").status == 404)
                #expect(try await client.delete("/api/v1/replays/\(unknown)").status == 404)
            }
        }
        #expect(api.control.read { $0.replayChanges } == 3)
    }

    @Test func everyMistakeInAReplayIsReportedAtOnce() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.post(
                "/api/v1/replays",
                [
                    "from": "begin", "since": "yesterday", "until": "2030-01-01T00:00:00Z", "rate": "fast",
                    "event_type": "Message", "events": ["evt_1", "evt_0000000000007"], "destinations": ["crn"],
                    "states": ["queued"], "dry_run": "yes", "examples": 1000, "sesion": "main",
                ])
            #expect(answer.status == 422)
            #expect(
                Set(answer.places) == [
                    "/from", "/since", "/until", "/rate", "/event_type", "/events/0", "/destinations/0", "/states/0",
                    "/dry_run", "/examples", "/sesion", "/events/0",
                ], "\(answer.json)")
            for (body, place) in [
                ([:], "/since"), (["since": nil], "/since"), (["until": "1h"], "/since"),
                (["since": "1h", "until": "2h"], "/until"), (["events": []], "/events"),
                (["since": "1h", "rate": "6000/s"], "/rate"),
                (["since": "1h", "from": "start", "states": ["dead"]], "/states"),
                (["events": ["evt_0000000000007"]], "/events/0"),
            ] as [(JSON, String)] {
                let answer = try await client.post("/api/v1/replays", body)
                #expect(answer.status == 422 && answer.places == [place], "\(body) \(answer.json)")
            }
            #expect(try await client.get("/api/v1/replays").data == [])
        }
    }

    @Test func aDryRunShowsWhatWouldGoOutAndMakesNoReplay() async throws {
        let api = TestAPI()
        let id = api.store.seedDelivery(.delivered, at: TestAPI.start)
        api.control.edit { state in
            state.preview.events = 3
            state.preview.deliveries = ["crm": 2]
            state.preview.drops = [.init(pipeline: "default", stage: "filter", reason: "no"): 1]
            state.preview.examples = [
                .init(event: EventID(7), pipeline: "default", destination: "crm", body: ["a": 1])
            ]
        }
        try await api.run { client in
            let again = try await client.post("/api/v1/replays", ["since": "1h", "dry_run": true])
            #expect(again.status == 200)
            #expect(again.data["destinations"] == [["destination": "crm", "state": "delivered", "deliveries": 1]])
            #expect(again.data["examples"]?[0]?["webhook_id"] == .string(id.webhookID))
            let start = try await client.post("/api/v1/replays", ["since": "1h", "from": "start", "dry_run": true])
            #expect(
                start.data == [
                    "dry_run": true, "from": "start", "selected": 0, "tried": 3, "untaken": 0,
                    "destinations": [["destination": "crm", "deliveries": 2]],
                    "drops": [["pipeline": "default", "stage": "filter", "reason": "no", "events": 1]],
                    "failures": [],
                    "examples": [
                        [
                            "event": .string(EventID(7).description), "pipeline": "default", "destination": "crm",
                            "body": ["a": 1],
                        ]
                    ],
                    "warnings": ["Nothing is selected."],
                ])
            #expect(try await client.get("/api/v1/replays").data == [])
        }
        #expect(api.control.read { $0.replayChanges } == 0)
    }

    @Test func replaysNeedTheKey() async throws {
        let api = TestAPI()
        try await api.run { client in
            let body = Array(#"{"since": "1h"}"#.utf8)
            let answer = try await client.send(.post, "/api/v1/replays", body: body, withKey: false)
            #expect(answer.status == 401)
        }
        #expect(api.control.read { $0.replayChanges } == 0)
    }
}

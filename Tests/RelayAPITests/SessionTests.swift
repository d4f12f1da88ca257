import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import RelayTesting
import Testing

struct SessionTests {
    private let now: JSON = "2025-11-13T10:30:00.000Z"

    @Test func aSessionIsCreatedWithItsWebhookAndTheSecretShownOnce() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.post(
                "/api/v1/sessions",
                [
                    "id": "abc-123", "label": "Support Team", "webhook_url": "https://your-app.com/webhook",
                    "metadata": ["team": 7],
                ])
            #expect(answer.status == 201)
            #expect(answer.headers[.location] == "/api/v1/sessions/abc-123")
            let secret = try #require(answer.data["webhook_secret"]?.string)
            #expect(secret.hasPrefix("whsec_") && secret.count == 6 + 44)
            let webhook = try #require(answer.data["webhook_id"]?.string)
            #expect(webhook.hasPrefix("wh_") && webhook.count == 16)
            #expect(
                answer.json == [
                    "success": true,
                    "data": [
                        "id": "abc-123", "label": "Support Team", "status": "unknown", "phone_number": nil,
                        "webhook_url": "https://your-app.com/webhook", "webhook_count": 1, "metadata": ["team": 7],
                        "connected_at": nil, "disconnected_at": nil, "disconnect_reason": nil,
                        "created_at": now, "updated_at": now,
                        "webhook_id": .string(webhook), "webhook_secret": .string(secret),
                    ],
                    "message": "Session created",
                ])
            let shown = try await client.get("/api/v1/sessions/abc-123")
            #expect(shown.data["webhook_url"] == "https://your-app.com/webhook")
            let text = String(decoding: shown.bytes, as: UTF8.self)
            #expect(!text.contains(secret) && shown.data["webhook_secret"] == nil)
        }
        #expect(api.control.read { $0.changes.count } == 1)
        #expect(try await api.store.webhooks(session: "abc-123").first?.secrets.count == 1)
    }

    @Test func withoutAnIdOneIsMade() async throws {
        try await TestAPI().run { client in
            let answer = try await client.post("/api/v1/sessions", ["label": "Support Team"])
            #expect(answer.status == 201)
            let id = try #require(answer.data["id"]?.string)
            #expect(id.count == 36 && Session.isValid(id: id))
            #expect(answer.data["webhook_secret"] == nil && answer.data["webhook_url"] == JSON.null)
            let another = try await client.post("/api/v1/sessions")
            #expect(another.status == 201 && another.data["id"]?.string != id)
        }
    }

    @Test func aTakenIdIsAConflict() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let answer = try await client.post("/api/v1/sessions", ["id": "abc-123"])
            #expect(answer.status == 409)
            #expect(answer.code == "conflict")
        }
    }

    @Test func sessionsAreListedInPagesSortedAndFiltered() async throws {
        let api = TestAPI()
        api.store.edit { data in
            for number in 1...5 {
                var session = Session(
                    id: "s\(number)", label: number == 3 ? "Sales" : "Support",
                    createdAt: TestAPI.start + .seconds(number))
                session.status = number.isMultiple(of: 2) ? .connected : .waitingForScan
                data.sessions.append(session)
            }
        }
        try await api.run { client in
            func ids(_ query: String) async throws -> [String] {
                (try await client.get("/api/v1/sessions" + query).data.array ?? []).compactMap { $0["id"]?.string }
            }
            #expect(try await ids("") == ["s5", "s4", "s3", "s2", "s1"])
            #expect(try await ids("?sort=created_at&limit=2&offset=1") == ["s2", "s3"])
            #expect(try await ids("?sort=-id&status=connected") == ["s4", "s2"])
            #expect(try await ids("?search=Sales") == ["s3"])
            let page = try await client.get("/api/v1/sessions?limit=2&offset=4")
            #expect(page.json["pagination"] == ["limit": 2, "offset": 4, "total": 5])
        }
    }

    @Test func aSessionIsChangedFieldByField() async throws {
        let api = TestAPI()
        api.seedSession()
        api.clock.advance(by: .seconds(60))
        try await api.run { client in
            let answer = try await client.patch(
                "/api/v1/sessions/abc-123", ["label": nil, "webhook_url": "https://other.example/hook"])
            #expect(answer.status == 200)
            #expect(answer.data["label"] == JSON.null)
            #expect(answer.data["webhook_url"] == "https://other.example/hook")
            #expect(answer.data["updated_at"] == "2025-11-13T10:31:00.000Z")
            #expect(answer.data["webhook_secret"] == nil)
            let removed = try await client.patch("/api/v1/sessions/abc-123", ["webhook_url": nil])
            #expect(removed.data["webhook_url"] == JSON.null && removed.data["webhook_count"] == 0)
            let again = try await client.patch("/api/v1/sessions/abc-123", ["webhook_url": "https://your-app.com/new"])
            #expect(again.data["webhook_secret"]?.string?.hasPrefix("whsec_") == true)
            #expect(try await client.patch("/api/v1/sessions/none", ["label": "x"]).status == 404)
        }
        #expect(api.control.read { $0.changes.count } == 3)
    }

    @Test func aSessionIsDeletedWithItsWebhooks() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let answer = try await client.delete("/api/v1/sessions/abc-123")
            #expect(answer.json == ["success": true, "data": ["id": "abc-123"], "message": "Session deleted"])
            #expect(try await client.delete("/api/v1/sessions/abc-123").status == 404)
            #expect(try await client.get("/api/v1/sessions/abc-123").status == 404)
        }
        #expect(try await api.store.webhooks().isEmpty)
        #expect(api.control.read { $0.changes } == [["wh_0000000000001"]])
    }

    @Test func theQRCodeIsShownWhileThereIsOneToScan() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let none = try await client.get("/api/v1/sessions/abc-123/qr")
            #expect(none.status == 404)
            #expect(none.code == "no_qr_code")
            api.store.edit {
                $0.sessions[0].qrCode = "2@abc"
                $0.sessions[0].qrGeneratedAt = TestAPI.start
                $0.sessions[0].status = .waitingForScan
            }
            let shown = try await client.get("/api/v1/sessions/abc-123/qr")
            #expect(shown.json == ["success": true, "data": ["qr_code": "2@abc", "generated_at": now]])
            api.store.edit { $0.sessions[0].status = .connected }
            let connected = try await client.get("/api/v1/sessions/abc-123/qr")
            #expect(connected.status == 404 && connected.message?.contains("is connected") == true)
        }
    }

    @Test func theStatusIsShownAlone() async throws {
        let api = TestAPI()
        api.seedSession()
        api.store.edit {
            $0.sessions[0].status = .connected
            $0.sessions[0].phoneNumber = "5511999999999"
            $0.sessions[0].connectedAt = TestAPI.start
        }
        try await api.run { client in
            let answer = try await client.get("/api/v1/sessions/abc-123/status")
            #expect(
                answer.data == [
                    "id": "abc-123", "status": "connected", "phone_number": "5511999999999", "has_qr_code": false,
                    "connected_at": now, "disconnected_at": nil, "disconnect_reason": nil, "updated_at": now,
                ])
        }
    }
}

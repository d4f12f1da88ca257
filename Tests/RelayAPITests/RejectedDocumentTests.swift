import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import Testing

/// Documents that cannot be read: in the answer to the sender, and in the list for the operator.
struct RejectedDocumentTests {
    private func post(_ client: Client, _ body: String, to path: String = "/in/baileys") async throws
        -> Client.APIResponse
    {
        try await client.send(.post, path, body: Array(body.utf8), withKey: false)
    }

    @Test func oneBadDocumentOfABatchRefusesNoOther() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await post(client, #"[{"id":1},7,{"id":2},8]"#)
            #expect(answer.status == 200)
            #expect(answer.data["accepted"] == 2)
            #expect(
                answer.data["rejected"] == [
                    ["index": 1, "pointer": "/1", "reason": "A number."],
                    ["index": 3, "pointer": "/3", "reason": "A number."],
                ])
            #expect(answer.data["rejected_count"] == 2)
            let clean = try await post(client, #"[{"id":1}]"#)
            #expect(clean.data["rejected"] == nil)
        }
        #expect(api.store.accepted.count == 2)
    }

    @Test func aBatchWithoutAGoodDocumentIsRefusedWithEveryPosition() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await post(client, "[7,8]")
            #expect(answer.status == 422)
            #expect(
                answer.json["error"]?["details"] == [
                    ["pointer": "/0", "message": "A number."], ["pointer": "/1", "message": "A number."],
                ])
        }
        #expect(api.store.accepted.isEmpty)
    }

    @Test func theOperatorFindsThemNewestFirst() async throws {
        let api = TestAPI()
        try await api.run { client in
            _ = try await post(client, #"[{"id":1},7]"#)
            _ = try await post(client, "nonsense", to: "/in/baileys/shop")
            _ = try await client.post("/api/v1/sessions/abc-123/events", 9)
            let list = try await client.get("/api/v1/rejected-documents")
            #expect(list.status == 200)
            let rows = try #require(list.json["data"]?.array)
            #expect(rows.map { $0["source"] } == ["api", "baileys", "baileys"])
            #expect(rows.map { $0["session_id"] } == ["abc-123", "shop", .null])
            #expect(rows.map { $0["code"] } == ["not_an_event", "malformed_body", "not_an_event"])
            #expect(rows.allSatisfy { $0["document"] == nil })
            let last = try #require(rows.last)
            #expect(
                last == [
                    "id": last["id"] ?? .null, "source": "baileys", "session_id": .null, "code": "not_an_event",
                    "reason": "A number.", "index": 1, "pointer": "/1", "size": 1, "occurrence_count": 1,
                    "first_received_at": "2025-11-13T10:30:00.000Z", "last_received_at": "2025-11-13T10:30:00.000Z",
                ])
            let id = try #require(last["id"]?.string)
            let one = try await client.get("/api/v1/rejected-documents/\(id)")
            #expect(one.data["document"] == 7)
            let malformed = try await client.get("/api/v1/rejected-documents/\(rows[1]["id"]?.string ?? "")")
            #expect(malformed.data["document"] == .null)
            #expect(malformed.data["size"] == 8)

            let page = try await client.get("/api/v1/rejected-documents?limit=2")
            let cursor = try #require(page.json["pagination"]?["next_cursor"]?.string)
            let rest = try await client.get("/api/v1/rejected-documents?limit=2&cursor=\(cursor)")
            #expect(rest.json["data"]?.array?.map { $0["id"] } == [last["id"]])
            #expect(rest.json["pagination"]?["next_cursor"] == .null)
            let filtered = try await client.get("/api/v1/rejected-documents?source=api")
            #expect(filtered.json["data"]?.array?.count == 1)

            #expect(try await client.delete("/api/v1/rejected-documents/\(id)").status == 200)
            #expect(try await client.get("/api/v1/rejected-documents/\(id)").status == 404)
            #expect(try await client.delete("/api/v1/rejected-documents/\(id)").status == 404)
            #expect(try await client.get("/api/v1/rejected-documents/x").status == 404)
            #expect(try await client.get("/api/v1/rejected-documents?cursor=x").status == 422)
            #expect(try await client.get("/api/v1/rejected-documents?sauce=x").status == 422)
        }
    }

    @Test func aFullDiskIsNoReasonToBlameTheDocument() async throws {
        let api = TestAPI()
        api.store.edit { $0.failure = StoreError(.full, "") }
        try await api.run { client in
            for body in ["[{},7]", "7", "nonsense"] {
                let answer = try await post(client, body)
                #expect(answer.status == 503, "what cannot be kept is not judged: \(body)")
            }
        }
    }

    @Test func theListDemandsTheKey() async throws {
        try await TestAPI().run { client in
            let answer = try await client.send(.get, "/api/v1/rejected-documents", withKey: false)
            #expect(answer.status == 401)
        }
    }
}

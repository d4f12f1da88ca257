import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import Testing

/// `ETag` and `If-Match` of sessions and webhooks.
struct EntityTagTests {
    private let session = "/api/v1/sessions/abc-123"
    private let webhook = "/api/v1/sessions/abc-123/webhooks/wh_0000000000001"

    private func patch(_ client: Client, _ path: String, _ body: JSON, if condition: String) async throws
        -> Client.APIResponse
    {
        try await client.send(.patch, path, body: body.bytes, headers: [.ifMatch: condition])
    }

    @Test func everyAnswerWithAWebhookHasItsTagAndEveryChangeAnotherOne() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let created = try await client.post("\(session)/webhooks", ["url": "https://a.example"])
            let path = "\(session)/webhooks/\(created.data["id"]?.string ?? "")"
            var tags = [created.headers[.eTag]]
            #expect(try await client.get(path).headers[.eTag] == tags[0])
            tags.append(try await client.patch(path, ["enabled": false]).headers[.eTag])
            tags.append(try await client.post("\(path)/rotate-secret").headers[.eTag])
            #expect(try await client.get(path).headers[.eTag] == tags[2])
            let known = tags.compactMap(\.self)
            #expect(Set(known).count == 3)
            #expect(known.allSatisfy { $0.count > 2 && $0.hasPrefix("\"") && $0.hasSuffix("\"") })
        }
    }

    @Test func aChangeOfAnOldVersionIsRefusedAndChangesNothing() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let old = try #require(try await client.get(webhook).headers[.eTag])
            let answer = try await patch(client, webhook, ["headers": ["X-A": "1"]], if: old)
            #expect(answer.status == 200)
            let new = try #require(answer.headers[.eTag])
            let before = try await api.store.webhook("wh_0000000000001")
            let refused = [
                try await patch(client, webhook, ["headers": ["X-A": "2"]], if: old),
                try await client.send(.post, "\(webhook)/rotate-secret", headers: [.ifMatch: old]),
                try await client.send(.delete, webhook, headers: [.ifMatch: old]),
                // A weak tag never matches.
                try await patch(client, webhook, ["enabled": false], if: "W/\(new)"),
            ]
            for answer in refused {
                #expect(answer.status == 412 && answer.code == "precondition_failed")
                #expect(answer.message?.contains("its ETag is \(new) now") == true)
            }
            #expect(try await api.store.webhook("wh_0000000000001") == before)
            #expect(try await patch(client, webhook, ["enabled": false], if: "\"x\", \(new)").status == 200)
            #expect(try await patch(client, webhook, ["enabled": true], if: "*").status == 200)
            for text in ["abc", "\"", "\(new) \(new)x"] {
                let answer = try await patch(client, webhook, ["enabled": true], if: text)
                #expect(answer.status == 400 && answer.message?.contains("If-Match") == true)
            }
        }
    }

    @Test func theVersionOfASessionHasThatOfItsWebhooks() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            let old = try #require(try await client.get(session).headers[.eTag])
            let answer = try await patch(client, session, ["label": "New"], if: old)
            let new = try #require(answer.headers[.eTag])
            #expect(answer.status == 200 && new != old)
            let refused = try await patch(client, session, ["webhook_url": "https://b.example"], if: old)
            #expect(refused.status == 412 && refused.message?.hasPrefix("The session was changed") == true)
            #expect(try await client.send(.delete, session, headers: [.ifMatch: old]).status == 412)
            #expect(try await client.get(session).data["webhook_url"] == "https://your-app.com/webhook")
            #expect(try await client.send(.delete, session, headers: [.ifMatch: new]).status == 200)
            let again = try await client.post("/api/v1/sessions", ["id": "abc-123"])
            #expect(again.headers[.eTag] != nil)
        }
    }

    @Test func aSessionHasAtMostAHundredWebhooks() async throws {
        let api = TestAPI()
        api.seedSession()
        try await api.run { client in
            for index in 2...SessionWebhook.maximumPerSession {
                let answer = try await client.post("\(session)/webhooks", ["url": .string("https://\(index).example")])
                #expect(answer.status == 201)
            }
            let answer = try await client.post("\(session)/webhooks", ["url": "https://more.example"])
            #expect(answer.status == 409 && answer.code == "limit_reached")
            #expect(answer.message?.contains("100 webhooks") == true)
        }
        #expect(try await api.store.webhooks(session: "abc-123").count == 100)
    }
}

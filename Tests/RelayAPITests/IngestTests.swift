import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import Testing

struct IngestTests {
    @Test func anAcceptedDocumentIsAnsweredWithItsEvents() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.send(
                .post, "/in/baileys", body: Array(#"[{"id":1},{"id":2},{"id":1}]"#.utf8), withKey: false)
            #expect(answer.status == 200)
            let stored = api.store.accepted
            try #require(stored.count == 2)
            #expect(
                answer.json == [
                    "success": true,
                    "data": [
                        "accepted": 2, "duplicates": 1,
                        "events": [
                            ["id": .string(stored[0].id.description), "duplicate": false],
                            ["id": .string(stored[1].id.description), "duplicate": false],
                            ["id": .string(stored[0].id.description), "duplicate": true],
                        ],
                    ],
                ])
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        }
        #expect(api.store.accepted.map(\.source) == ["baileys", "baileys"])
        #expect(api.store.accepted.map(\.payload) == [["document": ["id": 1]], ["document": ["id": 2]]])
    }

    @Test func theSourceJudgesTheRequestsHeaders() async throws {
        let api = TestAPI()
        try await api.run { client in
            let signature = try #require(HTTPField.Name("X-Signature"))
            let right = try await client.send(
                .post, "/in/signed", body: Array("{}".utf8), headers: [signature: "abc"], withKey: false)
            #expect(right.status == 200)
            let wrong = try await client.send(.post, "/in/signed", body: Array("{}".utf8), withKey: false)
            #expect(wrong.status == 401)
            #expect(wrong.code == "unauthorized")
        }
        #expect(api.store.accepted.map(\.source) == ["signed"])
    }

    @Test func whatIsNoDocumentIsRefusedAndNothingStored() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.send(.post, "/in/baileys", body: Array("{".utf8), withKey: false)
            #expect(answer.status == 400)
            #expect(answer.code == "malformed_body")
            let event = try await client.send(.post, "/in/baileys/demo/other", body: Array("{}".utf8), withKey: false)
            #expect(event.status == 404)
        }
        #expect(api.store.accepted.isEmpty)
    }

    @Test func theSessionOfTheAddressIsDecoded() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.send(
                .post, "/in/baileys/5511%40s.whatsapp.net", body: Array("{}".utf8), withKey: false)
            #expect(answer.status == 200)
            let bad = try await client.send(.post, "/in/baileys/a%20b", body: Array("{}".utf8), withKey: false)
            #expect(bad.status == 422)
            #expect(bad.code == "invalid_session")
            let broken = try await client.send(.post, "/in/baileys/%FF", body: Array("{}".utf8), withKey: false)
            #expect(broken.status == 400)
        }
        #expect(api.store.accepted.map(\.session) == ["5511@s.whatsapp.net"])
    }

    @Test func nativeEventsOfASessionAreAccepted() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.post("/api/v1/sessions/abc-123/events", ["event": "message.received"])
            #expect(answer.status == 200)
            #expect(answer.data["accepted"] == 1)
        }
        #expect(api.store.accepted.map(\.session) == ["abc-123"])
    }

    @Test func anUnknownSourceIsNotFound() async throws {
        try await TestAPI().run { client in
            let answer = try await client.send(.post, "/in/nowhere", body: Array("{}".utf8), withKey: false)
            #expect(answer.status == 404)
            #expect(answer.code == "not_found")
        }
    }

    @Test(arguments: [
        ("application/json", 200), ("application/json; charset=utf-8", 200), ("application/cloudevents+json", 200),
        ("text/plain", 200), ("Text/Plain;charset=UTF-8", 200), ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415), ("application/xml", 415),
    ])
    func mediaTypes(_ type: String, status: Int) async throws {
        try await TestAPI().run { client in
            let answer = try await client.send(
                .post, "/in/baileys", body: Array("{}".utf8), type: type, withKey: false)
            #expect(answer.status == status)
            if status == 415 { #expect(answer.code == "unsupported_media_type") }
        }
    }

    @Test func aBodyWithoutATypeIsTakenForJSON() async throws {
        try await TestAPI().run { client in
            let answer = try await client.send(.post, "/in/baileys", body: Array("{}".utf8), type: nil, withKey: false)
            #expect(answer.status == 200)
        }
    }

    @Test func overloadIsAnswered503WithAWait() async throws {
        let api = TestAPI()
        api.store.edit { $0.failure = StoreError(.overloaded, "The journal is full.") }
        try await api.run { client in
            let answer = try await client.send(.post, "/in/baileys", body: Array("{}".utf8), withKey: false)
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(answer.code == "overloaded")
        }
    }

    @Test func nothingIsTakenInWhileDraining() async throws {
        let api = TestAPI()
        api.control.edit { $0.draining = true }
        try await api.run { client in
            let answer = try await client.send(.post, "/in/baileys", body: Array("{}".utf8), withKey: false)
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] != nil)
        }
        #expect(api.store.accepted.isEmpty)
    }

    @Test func aVerificationRequestGetsItsChallengeAsText() async throws {
        try await TestAPI().run { client in
            let right = try await client.send(
                .get, "/in/meta?hub.mode=subscribe&hub.verify_token=right&hub.challenge=11%2B58", withKey: false)
            #expect(right.status == 200)
            #expect(right.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(String(decoding: right.bytes, as: UTF8.self) == "11+58")
            let wrong = try await client.send(.get, "/in/meta?hub.verify_token=wrong&hub.challenge=1", withKey: false)
            #expect(wrong.status == 403)
            let browser = try await client.send(.get, "/in/meta", withKey: false)
            #expect(browser.status == 405)
        }
    }

    @Test func aHugeBodyIsRefusedByItsLengthOverARealConnection() async throws {
        let api = TestAPI()
        try await api.runServer { client in
            let answer = try await client.send(
                .post, "/in/baileys", body: [UInt8](repeating: 0x20, count: 50 << 20), withKey: false)
            #expect(answer.status == 413)
            #expect(answer.code == "body_too_large")
            #expect(answer.headers[.connection] == "close")
        }
        #expect(api.store.accepted.isEmpty)
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        let api = TestAPI(configuration: RelayAPI.Configuration(maxBody: 100_000))
        try await api.runServer { client in
            let padding = String(repeating: " ", count: 100_000 - 2)
            let exact = try await client.send(.post, "/in/baileys", body: Array("{}\(padding)".utf8), withKey: false)
            #expect(exact.status == 200)
            let more = try await client.send(.post, "/in/baileys", body: Array("{} \(padding)".utf8), withKey: false)
            #expect(more.status == 413)
        }
    }
}

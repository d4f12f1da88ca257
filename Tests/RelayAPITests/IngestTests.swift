import HTTPTypes
import HummingbirdTesting
import RelayAPI
import RelayCore
import RelayJSON
import Testing

struct IngestTests {
    @Test func anAcceptedDocumentIsAnsweredWithItsEvents() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.send(
                .post, "/in/baileys", body: Array(#"{"event":"messages.upsert"}"#.utf8),
                headers: [HTTPField.Name("X-Signature") ?? .accept: "abc"], withKey: false)
            #expect(answer.status == 200)
            #expect(
                answer.json == [
                    "success": true,
                    "data": [
                        "accepted": 1, "duplicates": 1,
                        "events": [
                            ["id": .string(EventID(1).description), "duplicate": false],
                            ["id": .string(EventID(2).description), "duplicate": true],
                        ],
                    ],
                ])
            #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        }
        let expected = FakeControl.Ingested(
            source: "baileys", session: nil, body: Array(#"{"event":"messages.upsert"}"#.utf8), signature: "abc")
        #expect(api.control.read { $0.ingested } == [expected])
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
        #expect(api.control.read { $0.ingested.map(\.session) } == ["5511@s.whatsapp.net"])
    }

    @Test func nativeEventsOfASessionAreAccepted() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.post("/api/v1/sessions/abc-123/events", ["event": "message.received"])
            #expect(answer.status == 200)
            #expect(answer.data["accepted"] == 1)
        }
        #expect(api.control.read { $0.ingested.map(\.session) } == ["abc-123"])
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
        api.control.edit { $0.ingestError = .unavailable("The journal is full.", code: "overloaded", retryAfter: 2) }
        try await api.run { client in
            let answer = try await client.send(.post, "/in/baileys", body: Array("{}".utf8), withKey: false)
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "2")
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
        #expect(api.control.read { $0.ingested.isEmpty })
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
        try await api.run(.live) { client in
            let answer = try await client.send(
                .post, "/in/baileys", body: [UInt8](repeating: 0x20, count: 50 << 20), withKey: false)
            #expect(answer.status == 413)
            #expect(answer.code == "body_too_large")
            #expect(answer.headers[.connection] == "close")
        }
        #expect(api.control.read { $0.ingested.isEmpty })
    }

    @Test func aBodyOfExactlyTheLimitIsTaken() async throws {
        let api = TestAPI(configuration: RelayAPI.Configuration(maxBody: 100_000))
        try await api.run(.live) { client in
            let padding = String(repeating: " ", count: 100_000 - 2)
            let exact = try await client.send(.post, "/in/baileys", body: Array("{}\(padding)".utf8), withKey: false)
            #expect(exact.status == 200)
            let more = try await client.send(.post, "/in/baileys", body: Array("{} \(padding)".utf8), withKey: false)
            #expect(more.status == 413)
        }
    }
}

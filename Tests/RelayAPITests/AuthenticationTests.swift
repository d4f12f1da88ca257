import HTTPTypes
import RelayAPI
import RelayCore
import RelayJSON
import RelayTesting
import Testing

struct AuthenticationTests {
    @Test func managementNeedsAKeyAndSaysHow() async throws {
        let api = TestAPI()
        try await api.run { client in
            let answer = try await client.send(.get, "/api/v1/sessions", withKey: false)
            #expect(answer.status == 401)
            #expect(answer.code == "unauthorized")
            #expect(answer.headers[.wwwAuthenticate] == #"Bearer realm="zaphub""#)
            #expect(answer.json["success"] == false)
        }
    }

    @Test func onlyTheWholeKeyPasses() async throws {
        let api = TestAPI()
        try await api.run { client in
            for wrong in ["Bearer zh_wrong", "Bearer ", "Bearer", "Basic \(api.key)", "Bearer \(api.key)x", api.key] {
                let answer = try await client.send(
                    .get, "/api/v1/sessions", headers: [.authorization: wrong], withKey: false)
                #expect(answer.status == 401, "\(wrong)")
            }
            let answer = try await client.send(
                .get, "/api/v1/sessions", headers: [.authorization: "bearer \(api.key)"], withKey: false)
            #expect(answer.status == 200)
        }
    }

    @Test func repeatedFailuresAreLimitedAndAValidKeyStillPasses() async throws {
        let api = TestAPI(configuration: RelayAPI.Configuration(failedAuthenticationsPerMinute: 3))
        try await api.run { client in
            for _ in 0..<3 {
                #expect(try await client.send(.get, "/api/v1/chats", withKey: false).status == 401)
            }
            let limited = try await client.send(.get, "/api/v1/chats", withKey: false)
            #expect(limited.status == 429)
            #expect(limited.headers[.retryAfter] == "20")
            #expect(try await client.get("/api/v1/chats").status == 200)
            api.clock.advance(by: .seconds(20))
            #expect(try await client.send(.get, "/api/v1/chats", withKey: false).status == 401)
            #expect(try await client.send(.get, "/api/v1/chats", withKey: false).status == 429)
        }
    }

    @Test func ingestAndHealthNeedNoKey() async throws {
        try await TestAPI().run { (client) async throws in
            #expect(try await client.send(.get, "/livez", withKey: false).status == 200)
            #expect(try await client.send(.get, "/readyz", withKey: false).status == 200)
            #expect(try await client.send(.post, "/in/baileys", body: Array("{}".utf8), withKey: false).status == 200)
        }
    }

    @Test func keysAreReplacedAtOnce() {
        let old = APIKeyring.generate()
        let new = APIKeyring.generate()
        let ring = APIKeyring(digests: [APIKeyring.digest(of: old)])
        #expect(ring.accepts(old) && !ring.accepts(new))
        ring.replace(with: [APIKeyring.digest(of: new), APIKeyring.digest(of: "other")])
        #expect(!ring.accepts(old) && ring.accepts(new))
        ring.replace(with: [])
        #expect(!ring.accepts(new) && !ring.accepts(""))
    }

    @Test func generatedKeysHaveTheirShapeAndDiffer() {
        let keys = Set((0..<100).map { _ in APIKeyring.generate() })
        #expect(keys.count == 100)
        #expect(keys.allSatisfy { $0.hasPrefix("zh_") && $0.count == 43 })
    }
}

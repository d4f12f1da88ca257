import HTTPTypes
import RelayCore
import RelayJSON
import Testing

/// The list of the nodes that share the store.
struct NodeRouteTests {
    private func api() -> TestAPI {
        let api = TestAPI()
        api.control.edit {
            $0.nodes = NodeInformation.withWarnings([
                NodeInformation(
                    number: 7, name: "relay-1", url: "http://10.0.0.1:3100", version: "0.1.0", startedAt: TestAPI.start,
                    seenAt: TestAPI.start + .milliseconds(1500), configurationHash: "5a1c0f3be2d94477", isThis: true,
                    share: 66.6666, queued: 3, inFlight: 1, lag: .milliseconds(12)),
                NodeInformation(
                    number: 8, name: "relay-2", version: "0.2.0", startedAt: TestAPI.start, seenAt: TestAPI.start,
                    state: .draining, configurationHash: "5a1c0f3be2d94477", hasOtherKey: true),
            ])
        }
        return api
    }

    @Test func nodesShowWhatTheyOwnAndHowLateTheyAre() async throws {
        try await api().run { client in
            let answer = try await client.get("/api/v1/nodes")
            #expect(answer.status == 200 && answer.json["success"] == true)
            let nodes = try #require(answer.data.array)
            #expect(nodes.count == 2)
            #expect(
                nodes[0] == [
                    "number": 7, "name": "relay-1", "url": "http://10.0.0.1:3100", "is_this": true, "state": "active",
                    "version": "0.1.0", "configuration_hash": "5a1c0f3be2d94477", "has_other_key": false,
                    "started_at": "2025-11-13T10:30:00.000Z", "seen_at": "2025-11-13T10:30:01.500Z",
                    "share_percent": 66.7, "queued": 3, "in_flight": 1, "lag_ms": 12, "warnings": [],
                ])
            #expect(nodes[1]["url"] == JSON.null && nodes[1]["lag_ms"] == JSON.null && nodes[1]["share_percent"] == 0)
            #expect(nodes[1]["state"] == "draining" && nodes[1]["has_other_key"] == true)
            #expect(nodes[1]["warnings"]?.array?.count == 2)
        }
    }

    @Test func aKeyIsNeededAndNoParameterIsKnown() async throws {
        try await api().run { client in
            #expect(try await client.send(.get, "/api/v1/nodes", withKey: false).status == 401)
            let wrong = try await client.get("/api/v1/nodes?state=gone")
            #expect(wrong.status == 422 && wrong.places == ["state"])
            #expect(try await client.post("/api/v1/nodes").status == 405)
        }
    }

    @Test func aStoreThatDoesNotAnswerIs503() async throws {
        let api = api()
        api.control.edit { $0.nodeFailure = StoreError(.unavailable, "The database does not answer.") }
        try await api.run { client in
            let answer = try await client.get("/api/v1/nodes")
            #expect(answer.status == 503 && answer.code == "unavailable")
        }
    }

    @Test func theOnlyNodeOfAStoreIsShown() async throws {
        let api = TestAPI()
        let directory = SingleNodeDirectory(store: api.store, clock: api.clock) {
            NodeInformation(
                number: 1, name: "relay", version: "0.1.0", startedAt: TestAPI.start, seenAt: TestAPI.start,
                configurationHash: "5a1c0f3be2d94477")
        }
        let nodes = try await directory.nodes()
        #expect(nodes.map(\.name) == ["relay"])
        #expect(nodes[0].isThis && nodes[0].share == 100 && nodes[0].lag == nil && nodes[0].warnings.isEmpty)
    }
}

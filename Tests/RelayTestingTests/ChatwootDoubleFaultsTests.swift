import RelayCore
import RelayHTTPClient
import RelayJSON
import RelayTesting
import Testing

/// Rule 31 of chatwoot.md, section 7, and the load that tests cause.
@Suite(.limitedConcurrency)
struct ChatwootDoubleFaultsTests {
    @Test func `What was committed stays, whatever the answer`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            fixture.chatwoot.next(1, .messageCreate, .commitThen500)
            fixture.chatwoot.next(1, .messageCreate, .commitThenReset)
            fixture.chatwoot.next(1, .messageCreate, .commitThenCutOff)
            fixture.chatwoot.next(1, .messageCreate, .slowBody(pause: .milliseconds(1)))
            #expect(try await fixture.post(path, ["source_id": "1"]).status == 500)
            try await fixture.withNewConnection { fixture in
                await #expect(throws: HTTPClientError.self) { try await fixture.post(path, ["source_id": "2"]) }
            }
            await #expect(throws: HTTPClientError.self) { try await fixture.post(path, ["source_id": "3"]) }
            #expect(try await fixture.post(path, ["source_id": "4"]).body["source_id"] == "4")
            #expect(fixture.chatwoot.messages.map(\.sourceID) == ["1", "2", "3", "4"])
        }
    }

    @Test func `A request that hangs is committed, and ends with its caller`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            fixture.chatwoot.next(1, .messageCreate, .commitThenHang)
            let request = HTTPClientRequest(
                url: fixture.url + path,
                headers: [("api-access-token", fixture.admin.token), ("content-type", "application/json")],
                body: Array("{}".utf8),
                timeout: .milliseconds(200)
            )
            await #expect(throws: HTTPClientError.self) { try await fixture.engine.send(request) }
            try await fixture.chatwoot.wait(for: "the message") { $0.messages.count == 1 }
        }
    }

    @Test func `What was refused is not there`() async throws {
        try await withChatwoot { fixture in
            let path = fixture.messages(try await fixture.conversation())
            fixture.chatwoot.next(1, .messageCreate, .status(500))
            fixture.chatwoot.next(1, .messageCreate, .tooManyRequests)
            fixture.chatwoot.next(1, .messageCreate, .reset)
            #expect(try await fixture.post(path).status == 500)
            let many = try await fixture.post(path)
            #expect(many.status == 429 && many.text == "Retry later\n")
            try await fixture.withNewConnection { fixture in
                await #expect(throws: HTTPClientError.self) { try await fixture.post(path) }
            }
            #expect(fixture.chatwoot.messages.isEmpty)
            #expect(try await fixture.get(path).status == 200)
        }
    }

    @Test func `The same seed brings the same faults`() async throws {
        var runs: [[Int]] = []
        for _ in 0..<2 {
            try await withChatwoot(.v4_15, .with { $0.seed = 7 }) { fixture in
                let path = fixture.messages(try await fixture.conversation())
                fixture.chatwoot.inject(.commitThen500, into: .messageCreate, probability: 0.5)
                var statuses: [Int] = []
                for _ in 0..<40 { statuses.append(try await fixture.post(path, ["content": "a"]).status) }
                fixture.chatwoot.endChaos()
                #expect(try await fixture.post(path, ["content": "a"]).status == 200)
                runs.append(statuses)
            }
        }
        #expect(runs[0] == runs[1] && Set(runs[0]) == [200, 500])
    }

    @Test func `Requests are kept as they came`() async throws {
        try await withChatwoot { fixture in
            _ = try await fixture.conversation()
            let request = try #require(fixture.chatwoot.requests.last)
            #expect(request.method == "POST" && request.path == fixture.api + "/conversations")
            #expect(request.header("api-access-token") == fixture.admin.token)
            #expect(try JSON(parsing: request.body)["source_id"] == "wa-5511999999999")
        }
    }

    @Test func `After a restart everything is there, at the same address`() async throws {
        try await withChatwoot { fixture in
            let conversation = try await fixture.conversation()
            fixture.chatwoot.stop()
            await #expect(throws: HTTPClientError.self) { try await fixture.get("/api/v1/profile") }
            try fixture.chatwoot.restart()
            #expect(try await fixture.get("\(fixture.api)/conversations/\(conversation)").status == 200)
        }
    }

    @Test func `Thousands of messages from many connections are all there`() async throws {
        try await withChatwoot(.v4_15, .with { $0.limits = .none }) { fixture in
            let contact = try await fixture.contact()
            var paths: [String] = []
            for _ in 0..<20 { paths.append(fixture.messages(try await fixture.conversation(contact: contact))) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (lane, path) in paths.enumerated() {
                    group.addTask {
                        for number in 0..<250 {
                            let body: JSON = ["content": "x", "source_id": .string("WAID:\(lane)-\(number)")]
                            let answer = try await fixture.post(path, body)
                            try #require(answer.status == 200)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(fixture.chatwoot.messages.compactMap(\.sourceID)).count == 5000)
            for row in fixture.chatwoot.conversations {
                let order = fixture.chatwoot.messages(in: row.id).map { $0.sourceID?.split(separator: "-").last ?? "" }
                #expect(order == (0..<250).map { Substring("\($0)") })
            }
        }
    }
}

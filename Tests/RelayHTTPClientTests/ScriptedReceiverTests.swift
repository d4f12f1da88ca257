import RelayHTTPClient
import RelayTesting
import Testing

/// Other tests depend on the receiver, so it is tested itself.
@Suite(.limitedConcurrency)
struct ScriptedReceiverTests {
    @Test func theScriptComesFirstAndThenTheDefault() async throws {
        let receiver = try ScriptedReceiver(default: .status(204))
        receiver.script([.status(503), .status(200, body: "ok")])
        let statuses = try await withEngine { engine in
            var statuses: [Int] = []
            for _ in 0..<4 { statuses.append(try await engine.send(HTTPClientRequest(url: receiver.url)).status) }
            return statuses
        }
        #expect(statuses == [503, 200, 204, 204])
    }

    @Test func aHandlerSeesTheRequest() async throws {
        let receiver = try ScriptedReceiver()
        receiver.respond { $0.header("X-Want") == "teapot" ? .status(418) : .status(200) }
        let response = try await withEngine { engine in
            try await engine.send(HTTPClientRequest(url: receiver.url, headers: [("x-want", "teapot")]))
        }
        #expect(response.status == 418)
    }

    @Test func waitingForTooMuchFailsAndSaysWhatCame() async throws {
        let receiver = try ScriptedReceiver()
        _ = try await withEngine { try await $0.send(HTTPClientRequest(url: "\(receiver.url)/only")) }
        let error = await #expect(throws: WaitTimeoutError.self) {
            try await receiver.next(count: 2, timeout: .milliseconds(50))
        }
        #expect(error?.description == "waited 0.05 seconds for: 2 requests\nreceived 1:\n  POST /only")
    }

    @Test func requestsAndConnectionsAreCounted() async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            for _ in 0..<3 { _ = try await engine.send(HTTPClientRequest(url: receiver.url)) }
            receiver.stop()
            try receiver.restart()
            _ = try await engine.send(HTTPClientRequest(url: receiver.url))
        }
        let requests = try await receiver.next(count: 4)
        #expect(requests.map(\.index) == [0, 1, 2, 3])
        #expect(requests.map(\.connection) == [0, 0, 0, 1])
    }

    @Test func aTakenPortIsAnError() throws {
        let receiver = try ScriptedReceiver()
        #expect(throws: ScriptedReceiverError.self) { try ScriptedReceiver(port: UInt16(receiver.port)) }
    }
}

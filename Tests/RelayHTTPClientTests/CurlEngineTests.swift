import Glibc
import RelayHTTPClient
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct CurlEngineTests {
    @Test func sendsMethodHeadersAndBodyAsTheyAre() async throws {
        let receiver = try ScriptedReceiver(default: .status(202, headers: [("X-Reply", " yes ")], body: "thanks"))
        let body = Array(#"{"text":"olá"}"#.utf8)
        let response = try await withEngine { engine in
            try await engine.send(
                HTTPClientRequest(
                    url: "\(receiver.url)/hook?a=1",
                    headers: [
                        ("Content-Type", "application/json"), ("X-Team", "sales"), ("X-Empty", ""), ("X-Team", "two"),
                    ],
                    body: body
                )
            )
        }
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/hook?a=1")
        #expect(request.body == body)
        #expect(request.header("content-type") == "application/json")
        #expect(request.headers.filter { $0.0 == "x-team" }.map(\.1) == ["sales", "two"])
        #expect(request.header("x-empty") == "")
        #expect(request.header("user-agent") == "zaphub-relay")
        #expect(request.header("host") == "127.0.0.1:\(receiver.port)")

        #expect(response.status == 202)
        #expect(response.header("X-Reply") == "yes")
        #expect(response.headers.contains { $0.name == "content-length" && $0.value == "6" })
        #expect(response.body == Array("thanks".utf8))
        #expect(!response.bodyTruncated)
        #expect(response.address == "127.0.0.1")
        #expect(response.newConnection)
    }

    @Test func addsNoContentTypeAndWaitsForNoContinue() async throws {
        let receiver = try ScriptedReceiver()
        let body = [UInt8](repeating: 7, count: 3 << 20)
        try await withEngine { engine in
            _ = try await engine.send(
                HTTPClientRequest(url: receiver.url, headers: [("user-agent", "mine")], body: body))
            _ = try await engine.send(HTTPClientRequest(url: receiver.url))
        }
        let request = try #require(receiver.requests.first)
        #expect(request.body == body)
        #expect(request.header("content-type") == nil)
        #expect(request.header("expect") == nil)
        #expect(request.header("user-agent") == "mine")
        #expect(receiver.requests.last?.header("content-length") == "0")
    }

    @Test(arguments: [
        ("GET", ""), ("HEAD", ""), ("PUT", "x"), ("PATCH", "x"), ("DELETE", ""), ("DELETE", "x"), ("GET", "x"),
    ])
    func otherMethodsWork(method: String, body: String) async throws {
        let receiver = try ScriptedReceiver(default: .status(200, body: "answer"))
        let response = try await withEngine { engine in
            try await engine.send(HTTPClientRequest(method: method, url: receiver.url, body: Array(body.utf8)))
        }
        #expect(receiver.requests.map(\.method) == [method])
        #expect(receiver.requests.map(\.text) == [body])
        #expect(response.body == (method == "HEAD" ? [] : Array("answer".utf8)))
    }

    @Test(arguments: ["", "post me", "GET\r\nX: y", "ÄB"])
    func otherWordsAreNoMethods(method: String) async throws {
        try await withEngine { engine in
            #expect(
                await engine.failure(HTTPClientRequest(method: method, url: "http://127.0.0.1:9/"))?.code
                    == .invalidRequest
            )
        }
    }

    @Test(arguments: [301, 302, 307, 308])
    func redirectsAreAnswersAndNotFollowed(status: Int) async throws {
        let canary = try ScriptedReceiver()
        let receiver = try ScriptedReceiver(default: .status(status, headers: [("Location", canary.url)]))
        let response = try await withEngine { try await $0.send(.small(receiver.url)) }
        #expect(response.status == status)
        #expect(response.header("location") == canary.url)
        #expect(canary.connectionCount == 0)
    }

    @Test(arguments: [204, 304, 400, 404, 410, 429, 500, 503])
    func everyStatusIsAnAnswer(status: Int) async throws {
        let receiver = try ScriptedReceiver(default: .status(status, headers: [("Retry-After", "7")]))
        let response = try await withEngine { try await $0.send(.small(receiver.url)) }
        #expect(response.status == status)
        #expect(response.header("retry-after") == "7")
    }

    @Test func keepsTheFirstPartOfALongBody() async throws {
        let receiver = try ScriptedReceiver(default: .status(200, body: String(repeating: "x", count: 1000)))
        var request = HTTPClientRequest.small(receiver.url)
        request.keptResponseBody = 10
        let response = try await withEngine { try await $0.send(request) }
        #expect(response.body.count == 10)
        #expect(response.bodyTruncated)
    }

    @Test func aLargeBodyArrivesWholeWhenItIsAskedFor() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(5 << 20))
        var request = HTTPClientRequest(method: "GET", url: receiver.url)
        request.maximumResponseBody = 8 << 20
        request.keptResponseBody = 8 << 20
        let response = try await withEngine { try await $0.send(request) }
        #expect(response.body.count == 5 << 20)
        #expect(!response.bodyTruncated)
    }

    @Test func connectionsAreReused() async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            for index in 0..<20 {
                #expect(await engine.answer(.small(receiver.url))?.newConnection == (index == 0))
            }
        }
        #expect(receiver.connectionCount == 1)
        #expect(receiver.requests.count == 20)
    }

    @Test func manyRequestsRunAtOnce() async throws {
        let receiver = try ScriptedReceiver(default: .delay(by: .milliseconds(50), then: .status(200)))
        let statuses = try await withEngine { engine in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try await engine.send(HTTPClientRequest(url: "\(receiver.url)/\(index)", timeout: .waitLimit))
                            .status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(statuses == Array(repeating: 200, count: 200))
        #expect(Set(receiver.requests.map(\.path)).count == 200)
        #expect(receiver.connectionCount <= 200)
    }

    /// libcurl fails after a few dead connections from its pool; the engine then opens a new one.
    @Test func deadPooledConnectionsCostNoAttempt() async throws {
        let receiver = try ScriptedReceiver()
        // The responses are sent after all requests have arrived, so that no request can reuse a connection.
        receiver.respond { [weak receiver] _ in
            while let receiver, receiver.requests.count < 12 { usleep(1000) }
            return .closeIdle()
        }
        try await withEngine { engine in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await engine.send(HTTPClientRequest(url: receiver.url)).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(receiver.connectionCount == 12)
            let response = try await engine.send(HTTPClientRequest(url: receiver.url))
            #expect(response.status == 200)
            #expect(response.newConnection)
        }
        #expect(receiver.requests.count == 13)
        #expect(receiver.connectionCount == 13)
    }

    @Test func aConnectionClosedWhileIdleIsReplaced() async throws {
        let receiver = try ScriptedReceiver(default: .closeAfter())
        try await withEngine { engine in
            for _ in 0..<5 { #expect(await engine.answer(HTTPClientRequest(url: receiver.url))?.status == 200) }
        }
        #expect(receiver.requests.count == 5)
    }

    @Test func aReceiverThatComesBackIsReachedAgain() async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            #expect(await engine.answer(HTTPClientRequest(url: receiver.url))?.status == 200)
            receiver.stop()
            let failure = await engine.failure(HTTPClientRequest(url: receiver.url))
            #expect(failure?.code == .connect)
            #expect(failure?.networkCode == "ECONNREFUSED")
            try receiver.restart()
            #expect(await engine.answer(HTTPClientRequest(url: receiver.url))?.status == 200)
        }
    }
}

import RelayHTTPClient
import RelayTesting
import Testing

/// A handle of libcurl serves many requests, and keeps its options for the next request to the same URL. None of a
/// request's own may reach another.
@Suite(.limitedConcurrency)
struct CurlEngineOptionTests {
    /// Each of a kind, in an order in which every kind follows every other.
    private static func sequence(_ kinds: Int) -> [Int] {
        (0..<kinds).flatMap { one in (0..<kinds).flatMap { other in [one, other] } }
    }

    @Test func methodBodyAndHeadersAreThoseOfEachRequest() async throws {
        let receiver = try ScriptedReceiver()
        let kinds = [
            HTTPClientRequest(url: receiver.url, headers: [("Content-Type", "text/plain")], body: Array("short".utf8)),
            HTTPClientRequest(
                url: receiver.url, headers: [("X-One", "1"), ("X-Two", "2"), ("User-Agent", "mine")],
                body: pattern(20_000)),
            HTTPClientRequest(url: receiver.url),
            HTTPClientRequest(method: "GET", url: receiver.url, headers: [("X-Three", "3")]),
            HTTPClientRequest(method: "PUT", url: receiver.url, body: Array("put".utf8)),
            HTTPClientRequest(method: "DELETE", url: receiver.url),
            HTTPClientRequest(url: "\(receiver.url)/other?a=1", body: Array("elsewhere".utf8)),
        ]
        let order = Self.sequence(kinds.count)
        try await withEngine { engine in
            for kind in order { #expect(await engine.answer(kinds[kind])?.status == 200) }
        }
        #expect(receiver.connectionCount == 1)
        let requests = receiver.requests
        try #require(requests.count == order.count)
        for (request, kind) in zip(requests, order) {
            let sent = kinds[kind]
            #expect(request.method == sent.method)
            #expect(request.path == (kind == 6 ? "/other?a=1" : "/"))
            let isWhole = request.body == sent.body
            #expect(isWhole, "\(request.body.count) bytes instead of \(sent.body.count)")
            #expect(request.header("content-type") == (kind == 0 ? "text/plain" : nil))
            #expect(request.header("user-agent") == (kind == 1 ? "mine" : "zaphub-relay"))
            #expect(request.header("x-one") == (kind == 1 ? "1" : nil))
            #expect(request.header("x-three") == (kind == 3 ? "3" : nil))
            #expect(request.header("expect") == nil)
            let hasLength = kind != 3 && kind != 5
            #expect(request.header("content-length") == (hasLength ? "\(sent.body.count)" : nil))
        }
    }

    @Test func theTimeoutIsThatOfEachRequest() async throws {
        let receiver = try ScriptedReceiver()
        let late = ScriptedReceiver.Answer.delay(by: .milliseconds(600), then: .status(200))
        receiver.script([.status(200), .hang, .status(200), late])
        try await withEngine { engine in
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
            #expect(await engine.failure(.small(receiver.url, timeout: .milliseconds(200)))?.code == .timeout)
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
        }
    }

    @Test func theLimitsOfTheResponseAreThoseOfEachRequest() async throws {
        let receiver = try ScriptedReceiver(default: .status(200, body: "0123456789"))
        try await withEngine { engine in
            var request = HTTPClientRequest.small(receiver.url)
            #expect(await engine.answer(request)?.body.count == 10)
            request.keptResponseBody = 4
            #expect(await engine.answer(request)?.body == Array("0123".utf8))
            request.maximumResponseBody = 2
            #expect(await engine.answer(request)?.body == Array("01".utf8))
            #expect(await engine.answer(.small(receiver.url))?.bodyTruncated == false)
        }
    }

    /// A response may be slow when only its head is waited for, also on the handle of a request that needed the body.
    @Test func theLimitForSlowResponsesEndsWithItsRequest() async throws {
        let body = Array("abcd".utf8)
        let receiver = try ScriptedReceiver(default: .slow(200, body: body, pause: .milliseconds(1200)))
        receiver.script([.status(200)])
        try await withEngine { engine in
            var request = HTTPClientRequest.small(receiver.url)
            #expect(await engine.answer(request)?.status == 200)
            request.needsBody = false
            let response = await engine.answer(request)
            #expect(response?.body == body)
            #expect(response?.bodyTruncated == false)
        }
    }

    @Test func aRequestAfterACancelledOneIsWhole() async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([.status(200), .hang])
        try await withEngine { engine in
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
            let cancelled = Task { await engine.failure(.small(receiver.url)) }
            try await eventually("the receiver has the request") { receiver.requests.count == 2 }
            cancelled.cancel()
            #expect(await cancelled.value?.code == .cancelled)
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
        }
        #expect(receiver.requests.map(\.text) == ["{}", "{}", "{}"])
    }

    /// More URLs than there are idle handles.
    @Test func everyURLGetsItsOwnRequests() async throws {
        let receiver = try ScriptedReceiver()
        let paths = (0..<300).map { "/\($0 % 150)" }
        try await withEngine { engine in
            for path in paths {
                let request = HTTPClientRequest(url: receiver.url + path, body: Array(path.utf8))
                #expect(await engine.answer(request)?.status == 200)
            }
        }
        #expect(receiver.requests.map(\.path) == paths)
        #expect(receiver.requests.map(\.text) == paths)
    }
}

/// The same against a server with a certificate.
@Suite(.limitedConcurrency, .enabled(if: TLSServer.isAvailable, "needs the openssl command"))
struct CurlEngineTLSOptionTests {
    @Test func whatIsTrustedIsThatOfEachRequest() async throws {
        let server = try await TLSServer(name: "IP:127.0.0.1")
        defer { server.stop() }
        // POST requests, because a handle keeps only their options. The server answers to a line that begins with GET.
        let strict = HTTPClientRequest(
            url: server.url, body: Array("GET / HTTP/1.1\r\n\r\n".utf8), timeout: .waitLimit)
        var trusting = strict
        trusting.caFile = server.certificate
        var careless = strict
        careless.verifyTLS = false
        try await withEngine { engine in
            for _ in 0..<2 {
                #expect(await engine.answer(trusting)?.status == 200)
                #expect(await engine.failure(strict)?.code == .tls)
                #expect(await engine.answer(careless)?.status == 200)
                #expect(await engine.failure(strict)?.code == .tls)
                #expect(await engine.answer(trusting)?.status == 200)
            }
        }
    }
}

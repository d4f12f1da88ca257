import RelayHTTPClient
import RelayTesting
import Testing

/// Requests whose response is its head: the body is kept as far as it comes.
@Suite(.limitedConcurrency)
struct CurlEngineBodyTests {
    private static let half = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of it"

    private func request(_ receiver: ScriptedReceiver, timeout: Duration = .waitLimit) -> HTTPClientRequest {
        var request = HTTPClientRequest.small(receiver.url, timeout: timeout)
        request.needsBody = false
        return request
    }

    @Test(arguments: [
        ScriptedReceiver.Answer.resetMidResponse, .closeEarly, .badChunks, .raw(Array(half.utf8)), .infiniteChunked,
    ])
    func aBodyThatBreaksChangesNothingAfterA2xxHead(answer: ScriptedReceiver.Answer) async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([answer])
        try await withEngine { engine in
            let response = await engine.answer(request(receiver))
            #expect(response?.status == 200)
            // The connection on which the rest of the body may still come carries no other request.
            #expect(await engine.answer(request(receiver))?.newConnection == true)
        }
    }

    /// Each piece of the body is slower than the limit for slow responses allows.
    @Test func aBodyThatIsSlowIsReadToItsEnd() async throws {
        let body = Array("abcd".utf8)
        let receiver = try ScriptedReceiver(default: .slow(200, body: body, pause: .milliseconds(1200)))
        try await withEngine { engine in
            let response = await engine.answer(request(receiver))
            #expect(response?.status == 200)
            #expect(response?.body == body)
            #expect(response?.bodyTruncated == false)
        }
    }

    @Test func aBodyThatNeverEndsIsCutAtTheTimeout() async throws {
        var told: [String] = []
        for timeout in growingTimeouts {
            let receiver = try ScriptedReceiver(default: .drip(interval: .milliseconds(10)))
            let result = try await withEngine { engine in
                await engine.result(request(receiver, timeout: timeout))
            }
            switch result {
            case .success(let response):
                #expect(response.status == 200)
                #expect(response.bodyTruncated)
                return
            case .failure(let failure): told.append(failure.message)
            }
        }
        Issue.record("no timeout was long enough: \(told)")
    }

    /// The receiver has taken the request, so a shutdown must not make it a request to repeat.
    @Test func aRequestThatIsCancelledAfterA2xxHeadHasItsAnswer() async throws {
        let receiver = try ScriptedReceiver(default: .drip(interval: .milliseconds(1)))
        let other = try ScriptedReceiver()
        try await withEngine { engine in
            await withTaskGroup(of: Result<HTTPClientResponse, HTTPClientError>.self) { group in
                group.addTask { await engine.result(request(receiver)) }
                try? await eventually("the head is sent") { receiver.sentBytes > 100 }
                // What the engine's thread does for this request, it does after it has read the head of the other.
                _ = await engine.answer(.small(other.url))
                group.cancelAll()
                let result = await group.next()
                #expect((try? result?.get())?.status == 200, "\(String(describing: result))")
            }
        }
    }

    @Test(arguments: ["500 Internal Server Error", "302 Found", "404 Not Found"])
    func otherStatusesNeedTheirBody(status: String) async throws {
        let text = "HTTP/1.1 \(status)\r\nContent-Length: 1000\r\n\r\nhalf of it"
        let receiver = try ScriptedReceiver(default: .raw(Array(text.utf8)))
        try await withEngine { engine in #expect(await engine.failure(request(receiver))?.code == .reset) }
    }

    @Test func withoutAHeadThereIsNoAnswer() async throws {
        let half = ScriptedReceiver.Answer.raw(Array("HTTP/1.1 200 OK\r\nX: ".utf8))
        for (answer, code) in [(.reset, .reset), (.closeSilently, .reset), (half, .protocolError)]
            as [(ScriptedReceiver.Answer, HTTPClientError.Code)]
        {
            let receiver = try ScriptedReceiver(default: answer)
            try await withEngine { engine in #expect(await engine.failure(request(receiver))?.code == code) }
        }
    }
}

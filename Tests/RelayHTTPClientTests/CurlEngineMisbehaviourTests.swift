import RelayHTTPClient
import RelayTesting
import Testing

/// Hostile and broken receivers: each uses bounded time and bounded memory, and causes a known kind of failure.
@Suite(.limitedConcurrency)
struct CurlEngineMisbehaviourTests {
    private func failure(_ answer: ScriptedReceiver.Answer, timeout: Duration = .waitLimit) async throws
        -> HTTPClientError
    {
        let receiver = try ScriptedReceiver(default: answer)
        return try await withEngine { engine in
            try #require(await engine.failure(.small(receiver.url, timeout: timeout)))
        }
    }

    private func response(_ answer: ScriptedReceiver.Answer) async throws -> HTTPClientResponse {
        let receiver = try ScriptedReceiver(default: answer)
        return try await withEngine { try await $0.send(.small(receiver.url)) }
    }

    @Test func silenceEndsAtTheTimeout() async throws {
        var told: [String] = []
        for timeout in growingTimeouts where !(told.last ?? "").contains("took the request") {
            let failure = try await failure(.hang, timeout: timeout)
            #expect(failure.code == .timeout)
            #expect(failure.networkCode == "ETIMEDOUT")
            told.append(failure.message)
        }
        let limit = ["0.3", "3", "30"][told.count - 1]
        #expect(told.last?.hasSuffix("took the request but did not answer within \(limit) seconds") == true, "\(told)")
    }

    @Test func aLateAnswerIsATimeout() async throws {
        #expect(
            try await failure(.delay(by: .seconds(30), then: .status(200)), timeout: .milliseconds(300)).code
                == .timeout
        )
    }

    @Test func aDripOfBytesEndsAtTheTimeout() async throws {
        var told: [String] = []
        for timeout in growingTimeouts where !(told.last ?? "").contains("began to answer") {
            let body = try await failure(.drip(interval: .milliseconds(10)), timeout: timeout)
            #expect(body.code == .timeout)
            told.append(body.message)
        }
        #expect(told.last?.contains("began to answer") == true, "\(told)")
        #expect(
            try await failure(.dripHeader(interval: .milliseconds(10)), timeout: .milliseconds(300)).code == .timeout
        )
    }

    /// A long timeout is meant for slow processing, not for responses that arrive slowly.
    @Test func anAnswerThatTricklesEndsLongBeforeALongTimeout() async throws {
        let trickle = try await failure(.drip(interval: .milliseconds(500)))
        #expect(trickle.code == .timeout)
        #expect(trickle.duration < .waitLimit / 2)
        #expect(trickle.message.contains("fewer than 10 bytes a second for 3 seconds"), "\(trickle.message)")
    }

    /// A reused connection may just have been closed, so one more attempt is harmless. Where a second request has a
    /// second effect, only the caller can decide.
    @Test(arguments: [true, false])
    func aReusedConnectionThatBreaksIsTriedOnceMoreOnlyForWhatMayBeRepeated(isRepeatable: Bool) async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([.status(200), .reset])
        try await withEngine { engine in
            _ = try await engine.send(.small(receiver.url))
            var request = HTTPClientRequest.small(receiver.url)
            request.isRepeatable = isRepeatable
            let failure = await engine.failure(request)
            #expect(failure?.code == (isRepeatable ? nil : .reset))
            #expect(receiver.requests.count == (isRepeatable ? 3 : 2))
        }
    }

    @Test func brokenConnectionsAreResets() async throws {
        for answer in [ScriptedReceiver.Answer.reset, .resetMidResponse, .closeEarly, .closeSilently] {
            let failure = try await failure(answer)
            #expect(failure.code == .reset, "\(answer): \(failure)")
            #expect(failure.networkCode == "ECONNRESET")
        }
    }

    @Test func whatIsNotHTTPIsAProtocolError() async throws {
        let texts = [
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "HTTP/0.9\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n<html>",
        ]
        for answer in [.garbage, .badChunks] + texts.map({ ScriptedReceiver.Answer.raw(Array($0.utf8)) }) {
            let failure = try await failure(answer)
            #expect(failure.code == .protocolError, "\(answer): \(failure)")
        }
    }

    /// RFC 9110, 15: no status is above 599.
    @Test(arguments: [600, 666, 999])
    func whatIsNoStatusIsNoAnswer(status: Int) async throws {
        let failure = try await failure(.status(status))
        #expect(failure.code == .protocolError)
        #expect(failure.message.contains("the status \(status)"), "\(failure.message)")
        #expect(try await response(.status(599)).status == 599)
    }

    @Test func endlessHeadersAreCutOff() async throws {
        #expect(try await failure(.headerFlood).code == .protocolError)
        #expect(try await failure(.informationalFlood).code == .protocolError)
    }

    @Test func aLongHeaderIsKeptInPart() async throws {
        let headers = (0..<40).map { ("X-\($0)", String(repeating: "v", count: 1000)) }
        let response = try await response(.status(200, headers: headers, body: "ok"))
        #expect(response.status == 200)
        #expect((10...17).contains(response.headers.count))
        // Short header fields after long ones are still within the limit.
        #expect(response.header("content-length") == "2")
        #expect(response.body == Array("ok".utf8))
    }

    @Test func endlessBodiesAreCutOffAndStillAnswers() async throws {
        for answer in [ScriptedReceiver.Answer.infiniteChunked, .largeBody(1 << 30)] {
            let response = try await response(answer)
            #expect(response.status == 200)
            #expect(response.bodyTruncated)
            #expect(response.body.count == 16 * 1024)
        }
    }

    @Test func compressedBodiesAreNotUnpacked() async throws {
        let response = try await response(.gzipBomb)
        #expect(response.status == 200)
        #expect(response.header("content-encoding") == "gzip")
        #expect(response.body.prefix(3) == [0x1f, 0x8b, 8])
        #expect(response.body.count == 16 * 1024)
        #expect(response.bodyTruncated)
    }

    @Test func aCutOffConnectionIsNotReused() async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([.infiniteChunked])
        try await withEngine { engine in
            #expect(await engine.answer(.small(receiver.url))?.bodyTruncated == true)
            #expect(await engine.answer(.small(receiver.url))?.newConnection == true)
        }
    }

    @Test func oneSilentReceiverHoldsUpNobody() async throws {
        let silent = try ScriptedReceiver(default: .hang)
        let healthy = try ScriptedReceiver()
        try await withEngine { engine in
            try await withThrowingTaskGroup(of: HTTPClientError.Code?.self) { group in
                for _ in 0..<50 {
                    group.addTask { await engine.failure(.small(silent.url, timeout: .waitLimit))?.code }
                }
                _ = try await silent.next(count: 50)
                for _ in 0..<50 { #expect(await engine.answer(HTTPClientRequest(url: healthy.url))?.status == 200) }
                group.cancelAll()
                for try await kind in group { #expect(kind == .cancelled) }
            }
        }
    }

    @Test func namesThatDoNotExistAreDNSFailures() async throws {
        try await withEngine { engine in
            let failure = await engine.failure(HTTPClientRequest(url: "http://nowhere.invalid/hook?token=secret"))
            #expect(failure?.code == .dns)
            #expect(failure?.message.contains("nowhere.invalid") == true)
            #expect(failure?.message.contains("secret") == false)
        }
    }

    @Test(arguments: [
        "", "http://", "ftp://127.0.0.1/", "file:///etc/passwd", "http://a b/", "http://127.0.0.1/\r\nX: y", "nonsense",
    ])
    func urlsThatCannotBeSentToAreInvalid(url: String) async throws {
        try await withEngine { #expect(await $0.failure(HTTPClientRequest(url: url))?.code == .invalidRequest) }
    }
}

import Logging
import RelayHTTPClient
import RelayTesting
import ServiceLifecycle
import Testing

/// Every way in which a stream can end, except success.
@Suite(.limitedConcurrency)
struct HTTPStreamEndTests {
    private func get(_ url: String, maximum: Int = 1 << 30, timeout: Duration = .waitLimit) -> HTTPClientRequest {
        HTTPClientRequest(method: "GET", url: url, timeout: timeout, maximumResponseBody: maximum)
    }

    /// Reads a stream slowly at first, so that the stream ends before it is read.
    private func read(_ answer: ScriptedReceiver.Answer) async throws -> (bytes: [UInt8], failure: HTTPClientError?) {
        let receiver = try ScriptedReceiver(default: answer)
        return try await withEngine { engine in
            let stream = try await engine.stream(get(receiver.url))
            try await eventually("the receiver closes") { receiver.openConnections == 0 }
            return await stream.rest()
        }
    }

    // MARK: Broken bodies

    @Test func bodiesThatAreCutShortAreFailures() async throws {
        let part = pattern(100_000)
        let answers: [ScriptedReceiver.Answer] = [
            .closeEarly, .resetMidResponse, .bytes(part, announced: 100_001), .chunks(of: part, isWhole: false),
        ]
        for answer in answers {
            let (bytes, failure) = try await read(answer)
            #expect(failure?.code == .reset)
            #expect(failure?.networkCode == "ECONNRESET")
            #expect(failure?.message.contains("in the middle of its answer") == true)
            #expect(bytes.count <= part.count)
        }
    }

    @Test func aLargeBodyThatIsCutShortIsAFailureToASlowReader() async throws {
        let part = pattern(1 << 20)
        for answer in [ScriptedReceiver.Answer.bytes(part, announced: 2 << 20), .chunks(of: part, isWhole: false)] {
            let (bytes, failure) = try await read(answer)
            #expect(failure?.code == .reset)
            let isAllThatCame = bytes == part
            #expect(isAllThatCame)
        }
    }

    @Test func brokenChunksAreAProtocolError() async throws {
        let (bytes, failure) = try await read(.badChunks)
        #expect(failure?.code == .protocolError)
        #expect(bytes.count == 0)
    }

    @Test func aFailureIsReportedAgain() async throws {
        let receiver = try ScriptedReceiver(default: .closeEarly)
        try await withEngine { engine in
            let stream = try await engine.stream(get(receiver.url))
            #expect(await stream.rest().bytes.count == 100)
            #expect(await stream.rest().failure?.code == .reset)
            #expect(await stream.rest().failure?.code == .reset)
        }
    }

    @Test func withoutAHeadThereIsNoStream() async throws {
        let receiver = try ScriptedReceiver()
        let expected: [(ScriptedReceiver.Answer, HTTPClientError.Code)] = [
            (.reset, .reset), (.closeSilently, .reset), (.garbage, .protocolError), (.headerFlood, .protocolError),
            (.informationalFlood, .protocolError),
            (.raw(Array("HTTP/1.1 100 Continue\r\n\r\n<p>".utf8)), .protocolError),
        ]
        receiver.script(expected.map(\.0))
        try await withEngine { engine in
            for (answer, kind) in expected {
                #expect(await engine.streamFailure(get(receiver.url))?.code == kind, "\(answer)")
            }
            #expect(await engine.streamFailure(get("nonsense"))?.code == .invalidRequest)
            receiver.stop()
            #expect(await engine.streamFailure(get(receiver.url))?.code == .connect)
            engine.replace(guard: try EgressGuard())
            #expect(await engine.streamFailure(get(receiver.url))?.code == .blockedAddress)
        }
    }

    @Test func aReusedConnectionIsJudgedAgain() async throws {
        let receiver = try ScriptedReceiver()
        try await withEngine { engine in
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
            engine.replace(guard: try EgressGuard())
            #expect(await engine.streamFailure(get(receiver.url))?.code == .blockedAddress)
        }
        #expect(receiver.requests.count == 1)
    }

    // MARK: Bounds

    @Test func aBodyBeyondItsLimitIsTooLarge() async throws {
        let body = pattern(1 << 20)
        for answer in [ScriptedReceiver.Answer.bytes(body), .chunks(of: body), .infiniteChunked] {
            let receiver = try ScriptedReceiver(default: answer)
            try await withEngine { engine in
                let stream = try await engine.stream(get(receiver.url, maximum: (1 << 20) - 1))
                let (bytes, failure) = await stream.rest()
                #expect(failure?.code == .tooLarge)
                #expect(failure?.message.hasSuffix("sent more than the 1048575 bytes that are taken") == true)
                #expect(bytes.count < 1 << 20)
            }
        }
    }

    /// The limit is exceeded by one byte in the data that libcurl kept while the reader paused: the last chunks of the
    /// body.
    @Test func aBodyBeyondItsLimitIsTooLargeToASlowReader() async throws {
        let receiver = try ScriptedReceiver()
        receiver.respond { .chunks(of: pattern(Int($0.path.dropFirst()) ?? 0), each: 1000) }
        try await withEngine { engine in
            var streams: [StreamingHTTPResponse] = []
            for size in stride(from: 257 << 10, through: 288 << 10, by: 700) {
                streams.append(try await engine.stream(get("\(receiver.url)/\(size)", maximum: size - 1)))
            }
            try await eventually("all is sent") { receiver.openConnections == 0 }
            for stream in streams { #expect(await stream.rest().failure?.code == .tooLarge) }
        }
    }

    @Test func aBodyOfExactlyItsLimitIsTaken() async throws {
        let body = pattern(1 << 20)
        let receiver = try ScriptedReceiver(default: .bytes(body))
        try await withEngine { engine in
            let (bytes, failure) = await (try engine.stream(get(receiver.url, maximum: 1 << 20))).rest()
            #expect(failure == nil)
            let isWhole = bytes == body
            #expect(isWhole)
        }
    }

    @Test func theTimeoutCountsTheReadersPauses() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(64 << 20))
        try await withEngine { engine in
            for (timeout, text) in zip(growingTimeouts, ["0.3", "3", "30"]) {
                // Only after the header has arrived.
                guard let stream = try? await engine.stream(get(receiver.url, timeout: timeout)) else { continue }
                try await eventually("the engine hangs up") { receiver.openConnections == 0 }
                let (bytes, failure) = await stream.rest()
                #expect(failure?.code == .timeout)
                #expect(bytes.count < 64 << 20)
                // On a busy machine the time may be over before enough has arrived for the reader to pause.
                if failure?.message.hasSuffix("was not read to its end within \(text) seconds") == true { return }
            }
            Issue.record("no reader paused within 30 seconds")
        }
    }

    @Test func anAnswerThatTricklesEndsLongBeforeALongTimeout() async throws {
        let receiver = try ScriptedReceiver(default: .drip(interval: .milliseconds(500)))
        try await withEngine { engine in
            let failure = await (try engine.stream(get(receiver.url))).rest().failure
            #expect(failure?.code == .timeout)
            #expect(try #require(failure).duration < .waitLimit / 2)
        }
    }

    /// The limit for slow responses is three seconds.
    @Test func aReadersPausesAreNoTrickle() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(2 << 20))
        try await withEngine { engine in
            let stream = try await engine.stream(get(receiver.url))
            try await Task.sleep(for: .seconds(5))
            let (bytes, failure) = await stream.rest()
            #expect(failure == nil)
            #expect(bytes.count == 2 << 20)
        }
    }

    // MARK: Cancelling

    @Test func cancellingTheTaskEndsAStreamThatIsWaitedFor() async throws {
        let receiver = try ScriptedReceiver(default: .hang)
        try await withEngine { engine in
            try await withThrowingTaskGroup(of: HTTPClientError?.self) { group in
                group.addTask { await engine.streamFailure(get(receiver.url)) }
                _ = try await receiver.next(count: 1)
                group.cancelAll()
                #expect(try await group.next()??.code == .cancelled)
                group.addTask { await engine.streamFailure(get(receiver.url)) }
                #expect(try await group.next()??.code == .cancelled)
            }
            try await eventually("the engine hangs up") { receiver.openConnections == 0 }
        }
    }

    @Test func cancellingTheTaskEndsAStreamInTheMiddle() async throws {
        let receiver = try ScriptedReceiver(default: .drip(interval: .milliseconds(20)))
        try await withEngine { engine in
            let stream = try await engine.stream(get(receiver.url))
            #expect(try await stream.next()?.isEmpty == false)
            let reader = Task { await stream.rest().failure }
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            #expect(await stream.rest().failure?.code == .cancelled)
            try await eventually("the engine hangs up") { receiver.openConnections == 0 }
        }
    }

    @Test func cancellingForgetsWhatWasNotRead() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(64 << 20))
        try await withEngine { engine in
            let stream = try await engine.stream(get(receiver.url))
            stream.cancel()
            stream.cancel()
            let (bytes, failure) = await stream.rest()
            #expect(failure?.code == .cancelled)
            #expect(bytes.count == 0)
            try await eventually("the engine hangs up") { receiver.openConnections == 0 }
            receiver.respond { _ in .status(200) }
            #expect(await engine.answer(.small(receiver.url))?.newConnection == true)
        }
    }

    @Test func lettingGoOfAStreamEndsIt() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(64 << 20))
        try await withEngine { engine in
            for _ in 0..<20 { _ = try await engine.stream(get(receiver.url)) }
            try await eventually("the engine hangs up") { receiver.openConnections == 0 }
        }
        #expect(receiver.requests.count == 20)
    }

    @Test func shutdownEndsStreams() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(64 << 20))
        let engine = try makeEngine()
        let resting = try await engine.stream(get(receiver.url))
        let flowing = try await engine.stream(get(receiver.url))
        #expect(try await flowing.next()?.isEmpty == false)
        engine.shutdown()
        for stream in [resting, flowing] {
            let (bytes, failure) = await stream.rest()
            #expect(failure?.code == .cancelled)
            #expect(failure?.message.contains("shutting down") == true)
            #expect(bytes.count == 0)
        }
        #expect(await engine.streamFailure(get(receiver.url))?.code == .cancelled)
    }

    @Test func gracefulShutdownLetsStreamsEnd() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(8 << 20))
        let engine = try makeEngine(configuration: .init(drainTimeout: .waitLimit))
        let group = ServiceGroup(services: [engine], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let stream = try await engine.stream(get(receiver.url))
            await group.triggerGracefulShutdown()
            // Requests are rejected as soon as the shutdown has reached the engine.
            while await engine.failure(.small(receiver.url))?.code != .cancelled {}
            let (bytes, failure) = await stream.rest()
            #expect(failure == nil)
            #expect(bytes.count == 8 << 20)
            try await tasks.waitForAll()
        }
    }
}

extension CurlEngine {
    /// The failure of a stream without a response header; nil when there was one.
    fileprivate func streamFailure(_ request: HTTPClientRequest) async -> HTTPClientError? {
        do throws(HTTPClientError) {
            _ = try await stream(request)
            return nil
        } catch {
            return error
        }
    }
}

import RelayHTTPClient
import RelayTesting
import Testing

@Suite(.limitedConcurrency)
struct StreamingHTTPResponseTests {
    /// A request that accepts a body of any size in these tests.
    static func get(_ url: String, maximum: Int = 1 << 30, method: String = "GET") -> HTTPClientRequest {
        HTTPClientRequest(method: method, url: url, timeout: .waitLimit, maximumResponseBody: maximum)
    }

    @Test func theHeadComesBeforeTheBody() async throws {
        let receiver = try ScriptedReceiver(default: .drip(interval: .seconds(3600)))
        try await withEngine { engine in
            let stream = try await engine.stream(
                HTTPClientRequest(url: "\(receiver.url)/in?a=1", headers: [("X-Team", "sales")], body: Array("{}".utf8))
            )
            #expect(stream.status == 200)
            #expect(stream.header("Connection") == "close")
            #expect(stream.headers.map(\.name) == ["connection"])
            #expect(stream.address == "127.0.0.1")
            #expect(try await stream.next() == Array("x".utf8))
            let request = try #require(receiver.requests.first)
            #expect(request.path == "/in?a=1")
            #expect(request.header("x-team") == "sales")
            #expect(request.text == "{}")
        }
    }

    @Test(arguments: [false, true])
    func aLargeBodyComesWholeToASlowReader(inChunks: Bool) async throws {
        let body = pattern(24 << 20)
        let receiver = try ScriptedReceiver(default: inChunks ? .chunks(of: body) : .bytes(body))
        try await withEngine { engine in
            let stream = try await engine.stream(Self.get(receiver.url))
            var read = 0
            var pieces = 0
            while let piece = try await stream.next() {
                try #require(read + piece.count <= body.count)
                #expect(piece.count > 0)
                #expect(piece.count <= 280 << 10)
                let isNext = piece.elementsEqual(body[read..<read + piece.count])
                #expect(isNext, "after \(read) bytes")
                read += piece.count
                pieces += 1
                if pieces % 8 == 0 { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(read == body.count)
            #expect(try await stream.next() == nil)
        }
    }

    /// Data that was sent but not read is in the system's buffers, except for 256 KiB.
    @Test func theSenderIsHeldUpByAReaderThatRests() async throws {
        let size = 96 << 20
        let receiver = try ScriptedReceiver(default: .largeBody(size))
        try await withEngine { engine in
            let stream = try await engine.stream(Self.get(receiver.url))
            var read = 0
            for _ in 0..<5 {
                read += try await stream.next()?.count ?? 0
                // Waits until no more data is sent; in an engine without back pressure, until everything is sent.
                var (sent, still) = (-1, 0)
                while still < 25, sent < size {
                    still = receiver.sentBytes == sent ? still + 1 : 0
                    sent = receiver.sentBytes
                    try await Task.sleep(for: .milliseconds(10))
                }
                #expect(sent - read < 48 << 20)
            }
            let (rest, failure) = await stream.rest()
            #expect(failure == nil)
            #expect(read + rest.count == size)
        }
    }

    @Test func bodiesWithoutBytesEndAtOnce() async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([
            .status(204), .status(304), .status(200), .status(404, body: "gone"), .status(200, body: "skipped"),
        ])
        try await withEngine { engine in
            let expected = [(204, ""), (304, ""), (200, ""), (404, "gone"), (200, "")]
            for (index, (status, body)) in expected.enumerated() {
                let method = index == 4 ? "HEAD" : "GET"
                let stream = try await engine.stream(Self.get(receiver.url, method: method))
                #expect(stream.status == status)
                let (bytes, failure) = await stream.rest()
                #expect(String(decoding: bytes, as: UTF8.self) == body)
                #expect(failure == nil)
                #expect(try await stream.next() == nil)
            }
            #expect(receiver.requests.last?.method == "HEAD")
        }
        #expect(receiver.connectionCount == 1)
    }

    @Test func aConnectionIsUsedAgainAfterABodyThatWasRead() async throws {
        let receiver = try ScriptedReceiver(default: .largeBody(3 << 20))
        try await withEngine { engine in
            for _ in 0..<3 {
                let stream = try await engine.stream(Self.get(receiver.url))
                #expect(await stream.rest().bytes.count == 3 << 20)
            }
            receiver.respond { _ in .status(202) }
            #expect(await engine.answer(.small(receiver.url))?.newConnection == false)
        }
        #expect(receiver.connectionCount == 1)
    }

    @Test func aConnectionThatDiedIdleCostsNoAttempt() async throws {
        let receiver = try ScriptedReceiver(default: .closeIdle())
        try await withEngine { engine in
            for _ in 0..<3 { #expect(await engine.answer(.small(receiver.url))?.status == 200) }
            let stream = try await engine.stream(Self.get(receiver.url))
            #expect(stream.status == 200)
        }
        #expect(receiver.requests.count == 4)
    }

    @Test func readersAtOnceShareThePieces() async throws {
        let size = 8 << 20
        let receiver = try ScriptedReceiver(default: .largeBody(size))
        let total = try await withEngine { engine in
            let stream = try await engine.stream(Self.get(receiver.url))
            return await withTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { await stream.rest().bytes.count } }
                return await group.reduce(0, +)
            }
        }
        #expect(total == size)
    }

    @Test func streamsThatRestHoldUpNobody() async throws {
        let large = try ScriptedReceiver(default: .largeBody(8 << 20))
        let healthy = try ScriptedReceiver()
        try await withEngine { engine in
            var streams: [StreamingHTTPResponse] = []
            for _ in 0..<40 { streams.append(try await engine.stream(Self.get(large.url))) }
            for _ in 0..<100 { #expect(await engine.answer(.small(healthy.url))?.status == 200) }
            let sizes = await withTaskGroup(of: Int.self) { group in
                for stream in streams { group.addTask { await stream.rest().bytes.count } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(sizes == Array(repeating: 8 << 20, count: 40))
        }
    }

    /// The streams end only after the requests have been answered.
    @Test func streamsThatFlowHoldUpNobody() async throws {
        let endless = try ScriptedReceiver(default: .infiniteChunked)
        let healthy = try ScriptedReceiver()
        try await withEngine { engine in
            try await withThrowingTaskGroup(of: HTTPClientError.Code?.self) { group in
                for _ in 0..<8 {
                    let stream = try await engine.stream(Self.get(endless.url, maximum: .max))
                    group.addTask {
                        do throws(HTTPClientError) {
                            while try await stream.next() != nil {}
                            return nil
                        } catch {
                            return error.code
                        }
                    }
                }
                for _ in 0..<100 { #expect(await engine.answer(.small(healthy.url))?.status == 200) }
                group.cancelAll()
                for try await kind in group { #expect(kind == .cancelled) }
            }
        }
    }
}

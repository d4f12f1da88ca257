import Glibc
import RelayHTTPClient
import RelayTesting
import Synchronization
import Testing

/// A response belongs to the request that was sent before it. Bytes that arrive on an idle connection belong to none
/// (RFC 9112, 9.2).
@Suite(.limitedConcurrency)
struct CurlEngineReuseTests {
    private static let stray = "HTTP/1.1 299 Stray\r\nContent-Length: 0\r\n\r\n"
    private static let timeout =
        "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

    /// Waits until the receiver has sent all its bytes. On loopback they then are in the engine's socket.
    private func sent(_ receiver: ScriptedReceiver, _ count: Int) async throws {
        try await eventually("the receiver has sent \(count) bytes") { receiver.sentBytes >= count }
    }

    private static func size(_ status: String, _ more: String) -> Int {
        "HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n".utf8.count + more.utf8.count
    }

    @Test(arguments: [true, false], [0, 50])
    func aStrayAnswerIsNotTheNextRequestsAnswer(isRepeatable: Bool, milliseconds: Int) async throws {
        let receiver = try ScriptedReceiver(default: .status(503))
        receiver.script([.followed(.status(200), by: Self.stray, after: .milliseconds(milliseconds))])
        try await withEngine { engine in
            var request = HTTPClientRequest.small(receiver.url)
            request.isRepeatable = isRepeatable
            #expect(await engine.answer(request)?.status == 200)
            try await sent(receiver, Self.size("200 OK", Self.stray))
            let response = await engine.answer(request)
            #expect(response?.status == 503)
            // Bytes that come with the answer are sometimes read, and discarded, with it. Then the connection is used.
            if milliseconds > 0 { #expect(response?.newConnection == true) }
        }
        let connections = receiver.requests.map(\.connection)
        #expect(connections == [0, 1] || milliseconds == 0 && connections == [0, 0])
    }

    /// Any bytes, not only a response: a line end, a part of a head, garbage.
    @Test(arguments: ["\r\n", "H", "HTTP/1.1 ", "\u{0}"])
    func aConnectionWithPendingBytesIsNotUsed(bytes: String) async throws {
        let receiver = try ScriptedReceiver()
        receiver.script([.followed(.status(200), by: bytes, after: .milliseconds(50))])
        try await withEngine { engine in
            #expect(await engine.answer(.small(receiver.url))?.status == 200)
            try await sent(receiver, Self.size("200 OK", bytes))
            #expect(await engine.answer(.small(receiver.url))?.newConnection == true)
        }
        #expect(receiver.requests.count == 2)
    }

    @Test func aTimeoutToldOnAnIdleConnectionCostsNoRequest() async throws {
        let told = ScriptedReceiver.Answer.followed(
            .status(200), by: Self.timeout, after: .milliseconds(20), closes: true)
        let receiver = try ScriptedReceiver(default: told)
        try await withEngine { engine in
            for count in 1...6 {
                let response = await engine.answer(.small("\(receiver.url)/\(count)"))
                #expect(response?.status == 200)
                try await sent(receiver, count * Self.size("200 OK", Self.timeout))
            }
        }
        #expect(receiver.requests.map(\.path) == (1...6).map { "/\($0)" })
    }

    /// Many connections at once, of which some have pending bytes: the engine must look at the right one.
    @Test func everyRequestGetsItsOwnAnswer() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let script = Mutex((random: SeededGenerator(seed: seed), bytes: 0, strays: 0))
        let receiver = try ScriptedReceiver()
        let width = 8
        receiver.respond { [weak receiver] request in
            // No answer before all requests of a round have arrived, so that no connection is used twice in a round.
            while let receiver, receiver.requests.count % width != 0,
                request.index / width == receiver.requests.count / width
            {
                usleep(500)
            }
            let path = request.path
            let isFollowed = script.withLock { script in
                let isFollowed = script.random.next() % 2 == 0
                script.bytes += Self.size("200 OK", isFollowed ? path + Self.stray : path)
                script.strays += isFollowed ? 1 : 0
                return isFollowed
            }
            let answer = ScriptedReceiver.Answer.status(200, body: path)
            return isFollowed ? .followed(answer, by: Self.stray, after: .milliseconds(5)) : answer
        }
        try await withEngine { engine in
            for round in 100..<112 {
                await withTaskGroup(of: Void.self) { group in
                    for index in 0..<width {
                        group.addTask {
                            let response = await engine.answer(.small("\(receiver.url)/\(round)-\(index)"))
                            let text = response.map { String(decoding: $0.body, as: UTF8.self) }
                            #expect(response?.status == 200, "seed \(seed)")
                            #expect(text == "/\(round)-\(index)", "seed \(seed)")
                        }
                    }
                }
                try await sent(receiver, script.withLock { $0.bytes })
            }
        }
        #expect(receiver.requests.count == 12 * width, "seed \(seed)")
        #expect(script.withLock { $0.strays } > 0, "seed \(seed)")
    }
}

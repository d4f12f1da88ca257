import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import RelayCore
import RelayJSON
import RelaySources
import Testing

@testable import RelayAPI

/// The handler that answers posted documents before the router, with the parts of requests as a connection reads them.
struct IngestChannelHandlerTests {
    private let api = TestAPI()

    /// - Parameter encodes: whether answers are encoded, as on a real connection.
    private func connection(encodes: Bool = false) async throws -> NIOAsyncTestingChannel {
        let routes = IngestRoutes(intakes: api.intakes, process: api.control.controls.process)
        let clock = api.clock
        let channel = try await NIOAsyncTestingChannel { channel in
            let handler = IngestChannelHandler(
                configuration: .init(maximumLength: 100, idleTimeout: .seconds(60)), routes: routes,
                failures: ErrorResponder(logger: Logger(label: "test")), clock: clock)
            if encodes { try channel.pipeline.syncOperations.addHandler(HTTPResponseEncoder()) }
            try channel.pipeline.syncOperations.addHandler(handler)
        }
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 80)).get()
        return channel
    }

    private func head(
        _ uri: String = "/in/baileys", length: Int? = 8, _ fields: [(String, String)] = [], method: HTTPMethod = .POST,
        version: HTTPVersion = .http1_1
    ) -> HTTPServerRequestPart {
        var headers: HTTPHeaders = ["Host": "relay", "Content-Type": "application/json"]
        if let length { headers.add(name: "Content-Length", value: String(length)) }
        for (name, value) in fields { headers.add(name: name, value: value) }
        return .head(HTTPRequestHead(version: version, method: method, uri: uri, headers: headers))
    }

    private func body(_ text: String) -> HTTPServerRequestPart { .body(ByteBuffer(string: text)) }

    /// Reads parts together, as from one packet.
    private func read(_ parts: [HTTPServerRequestPart], on channel: NIOAsyncTestingChannel) async throws {
        try await channel.testingEventLoop.executeInContext {
            for part in parts { channel.pipeline.syncOperations.fireChannelRead(NIOAny(part)) }
            channel.pipeline.syncOperations.fireChannelReadComplete()
        }
    }

    private func answer(on channel: NIOAsyncTestingChannel) async throws -> (HTTPResponseHead, JSON) {
        var parts: [HTTPServerResponsePart] = []
        for _ in 0..<3 { parts.append(try await channel.waitForOutboundWrite(as: HTTPServerResponsePart.self)) }
        guard case .head(let head) = parts[0], case .body(.byteBuffer(let body)) = parts[1], case .end(nil) = parts[2]
        else { throw MalformedAnswerError() }
        return (head, try JSON(parsing: Array(body.readableBytesView)))
    }

    private struct MalformedAnswerError: Error {}

    private func passed(on channel: NIOAsyncTestingChannel) async throws -> [HTTPServerRequestPart] {
        var parts: [HTTPServerRequestPart] = []
        while let part = try await channel.readInbound(as: HTTPServerRequestPart.self) { parts.append(part) }
        return parts
    }

    @Test func aDocumentIsAnsweredAndNotPassedOn() async throws {
        let channel = try await connection()
        try await read([head(), body(#"{"id":1}"#), .end(nil)], on: channel)
        let (head, json) = try await answer(on: channel)
        #expect(head.status == .ok)
        #expect(
            head.headers.map { $0.name } == [
                "Content-Type", "Cache-Control", "X-Content-Type-Options", "Content-Length", "Date",
            ])
        #expect(head.headers.first(name: "Date") == "Thu, 13 Nov 2025 10:30:00 GMT")
        #expect(head.headers.first(name: "Content-Length") == String(json.bytes.count))
        let id = try #require(api.store.accepted.first?.id.description)
        #expect(json["data"]?["events"] == [["id": .string(id), "duplicate": false]])
        #expect(try await passed(on: channel).isEmpty)
    }

    @Test func theEncodedAnswerIsThatOfTheEncoder() async throws {
        let (plain, encoding) = (try await connection(), try await connection(encodes: true))
        let parts = [head(), body(#"{"id":1}"#), .end(nil)]
        try await read(parts, on: encoding)
        let encoded = try await encoding.waitForOutboundWrite(as: ByteBuffer.self)
        // Now it is a duplicate; all else is the same.
        try await read(parts, on: plain)
        let (head, json) = try await answer(on: plain)
        let fields = head.headers.map { "\($0.name): \($0.value)\r\n" }.joined()
        let text = "HTTP/1.1 200 OK\r\n\(fields)\r\n\(json.text)"
        let expected = text.replacing("\"accepted\":0,\"duplicates\":1", with: "\"accepted\":1,\"duplicates\":0")
            .replacing("\"duplicate\":true", with: "\"duplicate\":false")
            .replacing("Content-Length: \(json.bytes.count)", with: "Content-Length: \(json.bytes.count + 1)")
        #expect(String(buffer: encoded) == expected)

        api.store.edit { $0.failure = StoreError(.overloaded, "The journal is full.") }
        try await read(parts, on: encoding)
        let failure = try await encoding.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(String(buffer: failure).hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
    }

    @Test func documentsThatArriveTogetherAreAnsweredInTheirOrder() async throws {
        let channel = try await connection()
        let documents = (0..<5).map { [head(), body(#"{"id":\#($0)}"#), .end(nil)] }
        try await read(documents.flatMap { $0 }, on: channel)
        var answered: [JSON?] = []
        for _ in documents { answered.append(try await answer(on: channel).1["data"]?["events"]?[0]?["id"]) }
        #expect(answered == api.store.accepted.map { .string($0.id.description) })
        #expect(api.store.accepted.map { $0.payload["document"]?["id"]?.int } == [0, 1, 2, 3, 4])
        #expect(try await passed(on: channel).isEmpty)
    }

    @Test func aRequestBehindADocumentWaitsForItsAnswer() async throws {
        let channel = try await connection()
        let get = head("/healthz", length: nil, method: .GET)
        try await read([head(), body(#"{"id":1}"#), .end(nil), get, .end(nil)], on: channel)
        #expect(try await answer(on: channel).0.status == .ok)
        #expect(try await channel.waitForInboundWrite(as: HTTPServerRequestPart.self) == get)
        #expect(try await channel.waitForInboundWrite(as: HTTPServerRequestPart.self) == .end(nil))
        // A document behind a request without an answer is passed on, because that answer comes first.
        let post = [head(), body(#"{"id":2}"#), .end(nil)]
        try await read(post, on: channel)
        #expect(try await passed(on: channel) == post)
        #expect(api.store.accepted.count == 1)
    }

    @Test func theSecondPartOfADocumentMayTakeAnyTime() async throws {
        let channel = try await connection()
        try await read([head(), body("{\"id")], on: channel)
        #expect(try await passed(on: channel) == [head(), body("{\"id")])
        try await read([body("\":1}"), .end(nil)], on: channel)
        #expect(try await passed(on: channel) == [body("\":1}"), .end(nil)])
        #expect(api.store.accepted.isEmpty)
    }

    @Test func otherRequestsArePassedOn() async throws {
        let others = [
            head("/in/baileys?a=1"), head("/in/baileys/a%20b"), head("/in/"), head("/in/a/b/c/d"),
            head("/in/baileys/.."),
            head("/in/baileys/"), head("/api/v1/sessions"), head(method: .PUT), head(version: .http1_0),
            head([("Connection", "close")]), head([("Expect", "100-continue")]), head([("Cookie", "a=b")]),
            head(length: nil, [("Transfer-Encoding", "chunked")]), head(length: 101), head(length: nil),
            head([("Content-Type", "application/xml")]),
        ]
        for other in others {
            let channel = try await connection()
            try await read([other, body(#"{"id":1}"#), .end(nil)], on: channel)
            #expect(try await passed(on: channel) == [other, body(#"{"id":1}"#), .end(nil)])
        }
        api.control.edit { $0.draining = true }
        let channel = try await connection()
        try await read([head(), body(#"{"id":1}"#), .end(nil)], on: channel)
        #expect(try await passed(on: channel).count == 3)
        #expect(api.store.accepted.isEmpty)
    }

    private func head(_ fields: [(String, String)]) -> HTTPServerRequestPart { head("/in/baileys", length: 8, fields) }

    @Test func aFailureIsAnsweredLikeThatOfTheRouter() async throws {
        let channel = try await connection()
        api.store.edit { $0.failure = StoreError(.overloaded, "The journal is full.") }
        try await read([head(), body(#"{"id":1}"#), .end(nil)], on: channel)
        let (head, json) = try await answer(on: channel)
        #expect(head.status == .serviceUnavailable)
        #expect(head.headers.first(name: "Retry-After") == "1")
        #expect(json["error"]?["code"] == "overloaded")
    }

    @Test func theEndOfTheConnectionWaitsForTheAnswer() async throws {
        let channel = try await connection()
        let parts = [head(), body(#"{"id":1}"#), .end(nil)]
        let closed = channel.closeFuture
        try await channel.testingEventLoop.executeInContext {
            for part in parts { channel.pipeline.syncOperations.fireChannelRead(NIOAny(part)) }
            channel.pipeline.syncOperations.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            // Closes the connection on this event, as the handlers behind it do.
            try channel.pipeline.syncOperations.addHandler(ClosingHandler())
        }
        #expect(try await answer(on: channel).0.status == .ok)
        try await closed.get()
    }

    @Test func anIdleConnectionIsClosed() async throws {
        let channel = try await connection()
        await channel.testingEventLoop.advanceTime(by: .seconds(50))
        try await read([head(), body(#"{"id":1}"#), .end(nil)], on: channel)
        _ = try await answer(on: channel)
        await channel.testingEventLoop.advanceTime(by: .seconds(59))
        #expect(channel.isActive)
        await channel.testingEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func aSlowRequestIsIdleAndAnArrivedOneIsNot() async throws {
        let slow = try await connection()
        try await read([head(), body("{")], on: slow)
        await slow.testingEventLoop.advanceTime(by: .seconds(60))
        #expect(!slow.isActive)
        let arrived = try await connection()
        try await read([head("/healthz", length: nil, method: .GET), .end(nil)], on: arrived)
        await arrived.testingEventLoop.advanceTime(by: .seconds(600))
        #expect(arrived.isActive)
    }
}

private final class ClosingHandler: ChannelInboundHandler {
    typealias InboundIn = Any

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
    }
}

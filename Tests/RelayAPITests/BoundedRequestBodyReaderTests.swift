import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOEmbedded
import Testing

@testable import RelayAPI

/// Request bodies that arrive in several parts, or end early.
struct BoundedRequestBodyReaderTests {
    private func collect(_ parts: [String], declared: Int? = nil, limit: Int = 10) async throws -> String {
        var headers = HTTPFields()
        if let declared { headers[.contentLength] = String(declared) }
        let head = HTTPRequest(method: .post, scheme: "http", authority: "relay", path: "/in/x", headerFields: headers)
        let stream = AsyncStream<ByteBuffer> { continuation in
            for part in parts { continuation.yield(ByteBuffer(string: part)) }
            continuation.finish()
        }
        let request = Request(head: head, body: RequestBody(asyncSequence: stream))
        let bytes = try await BoundedRequestBodyReader.collect(
            request, on: NIOAsyncTestingChannel(), limit: limit, timeout: .seconds(30))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func partsAreJoined() async throws {
        #expect(try await collect(["ab", "cd", "ef"]) == "abcdef")
        #expect(try await collect(["ab", "cd"], declared: 4) == "abcd")
        #expect(try await collect(["0123456789"]) == "0123456789")
        #expect(try await collect([]) == "")
        #expect(try await collect([], declared: 0) == "")
    }

    @Test(arguments: [([], 11), (["01234", "567890"], nil), (["01234567890"], nil)] as [([String], Int?)])
    func moreThanTheLimitIsRefused(_ parts: [String], declared: Int?) async throws {
        let error = await #expect(throws: APIError.self) { try await collect(parts, declared: declared) }
        #expect(error?.status == 413)
    }

    @Test(arguments: [([], 4), (["ab"], 4), (["ab", "c"], 4)] as [([String], Int)])
    func aBodyThatEndsEarlyIsRefused(_ parts: [String], declared: Int) async throws {
        let error = await #expect(throws: APIError.self) { try await collect(parts, declared: declared) }
        #expect(error?.code == "incomplete_body")
    }
}

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import RelayAPI
import Synchronization

/// Calls the routes in the test's process.
struct RouterTransport<Responder: HTTPResponder>: Client.Transport where Responder.Context == APIRequestContext {
    let responder: Responder
    let logger: Logger

    func send(_ head: HTTPRequest, body: [UInt8]) async throws -> Client.APIResponse {
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = APIRequestContext(source: .init(channel: NIOAsyncTestingChannel(), logger: logger))
        let response = try await responder.respond(to: request, context: context)
        let collected = CollectedBody()
        try await response.body.write(collected)
        return Client.APIResponse(
            status: response.status.code, headers: response.headers, bytes: collected.bytes.withLock { $0 })
    }
}

/// Collects the body of a response.
private final class CollectedBody: ResponseBodyWriter {
    let bytes = Mutex<[UInt8]>([])

    func write(_ buffer: ByteBuffer) async throws {
        bytes.withLock { $0 += buffer.readableBytesView }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import NIOHTTP1
internal import ServiceLifecycle

/// Reads a request's body with limits for its size and time.
enum BoundedRequestBodyReader {
    /// When the relay begins to shut down, the rest of a body is refused: its sender may take any time.
    ///
    /// - Throws: ``APIError`` 413 before more than `limit` bytes are in memory, 400 when the body ends early, 503 when
    ///   the relay shuts down.
    @concurrent
    static func collect(
        _ request: Request,
        on channel: any Channel,
        limit: Int,
        timeout: TimeAmount
    ) async throws -> [UInt8] {
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        if let declared, declared > limit { throw APIError.tooLarge(limit: limit) }
        if declared == 0 { return [] }
        var iterator = request.body.makeAsyncIterator()
        guard let first = try await next(&iterator) else {
            if declared != nil { throw incomplete }
            return []
        }
        var bytes = [UInt8]()
        bytes.reserveCapacity(max(declared ?? 0, first.readableBytes))
        bytes.append(contentsOf: first.readableBytesView)
        if let declared, bytes.count >= declared { return bytes }

        // Only a body that did not arrive completely in its first part needs a time limit, and the tasks that end it
        // with the relay's shutdown.
        let deadline = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        // Only the operation uses the iterator from here on.
        nonisolated(unsafe) let begun = iterator
        do {
            return try await cancelWhenGracefulShutdown { [bytes] in
                try await rest(of: begun, after: bytes, declared: declared, limit: limit)
            }
        } catch let error as APIError where error.code == incomplete.code && Task.isShuttingDownGracefully {
            throw APIError.draining
        }
    }

    @concurrent
    private static func rest(
        of iterator: sending RequestBody.AsyncIterator, after first: [UInt8], declared: Int?, limit: Int
    ) async throws -> [UInt8] {
        var iterator = iterator
        var bytes = first
        while bytes.count <= limit, let part = try await next(&iterator) {
            bytes.append(contentsOf: part.readableBytesView)
            if let declared, bytes.count >= declared { break }
        }
        if bytes.count > limit { throw APIError.tooLarge(limit: limit) }
        if let declared, bytes.count < declared { throw incomplete }
        return bytes
    }

    private static let incomplete = APIError.badRequest(
        "The body ended before it was complete.", code: "incomplete_body")

    /// A parser error is passed to the server, which responds and closes; any other error means that the client is
    /// gone.
    @concurrent
    private static func next(_ iterator: inout RequestBody.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await iterator.next()
        } catch let error as HTTPParserError {
            throw error
        } catch {
            throw incomplete
        }
    }
}

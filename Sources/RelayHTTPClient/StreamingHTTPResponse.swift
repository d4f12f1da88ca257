/// A response whose head has arrived and whose body is delivered in pieces; see ``CurlEngine/stream(_:)``.
///
/// While no piece is taken, nothing more is read from the connection. Releasing the stream, or cancelling the task that
/// waits for a piece, cancels the transfer. A connection whose body was read to the end can be reused.
package final class StreamingHTTPResponse: Sendable {
    /// The final status, never 1xx.
    package let status: Int
    /// Up to 16 KiB of the header, in order, names in lower case; fields beyond that are left out.
    package let headers: [(name: String, value: String)]
    /// The peer's IP address.
    package let address: String?

    private let buffer: StreamBuffer

    init(_ head: StreamBuffer.Head, _ buffer: StreamBuffer) {
        status = head.status
        headers = head.headers
        address = head.address
        self.buffer = buffer
    }

    deinit {
        buffer.cancel()
    }

    /// The first value of a header.
    ///
    /// - Parameter name: in any letter case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name == name }?.value
    }

    /// Waits for the next piece of the body; nil at its end. A piece is never empty and has at most about 256 KiB. With
    /// several concurrent callers, each gets a different piece.
    ///
    /// - Throws: ``HTTPClientError`` when the body is incomplete: `.reset` when the connection was closed, `.timeout`,
    ///   `.tooLarge` beyond ``HTTPClientRequest/maximumResponseBody``, `.cancelled` after ``cancel()``, when the task is
    ///   cancelled and when the engine is shut down. Pieces that arrived before are returned first, except after
    ///   cancelling.
    package func next() async throws(HTTPClientError) -> [UInt8]? {
        let buffer = buffer
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                buffer.take { continuation.resume(returning: $0) }
            }
        } onCancel: {
            buffer.cancel()
        }
        return try result.get()
    }

    /// Ends the transfer, unless it has ended. Can be called at any time and several times.
    package func cancel() {
        buffer.cancel()
    }
}

/// An answer whose head has come and whose body is handed on piece by piece, as ``CurlEngine/stream(_:)`` gives it.
///
/// While nobody takes the pieces nothing more is read from the connection. Letting go of the stream, or cancelling the
/// task that waits for a piece, cancels the transfer; a body that was read to its end leaves the connection for reuse.
package final class HTTPStream: Sendable {
    /// The final status, never 1xx.
    package let status: Int
    /// 16 KiB of the header, in order, names in lower case; a field that does not fit any more is left out.
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
    /// - Parameter name: in any case.
    package func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name == name }?.value
    }

    /// Waits for the next piece of the body; nil at its end. A piece is never empty, and at most about 256 KiB. Of
    /// several callers at once each gets a piece of its own.
    ///
    /// - Throws: ``HTTPClientError`` when the body does not come to its end: `.reset` when it was cut short, `.timeout`,
    ///   `.tooLarge` beyond ``HTTPRequest/maximumResponseBody``, `.cancelled` after ``cancel()``, when the task is
    ///   cancelled and when the engine is shut down. What had come before is handed on first, except when cancelled.
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

    /// Ends the transfer, unless it has ended. May be called at any time, and more than once.
    package func cancel() {
        buffer.cancel()
    }
}

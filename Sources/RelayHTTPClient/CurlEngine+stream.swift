extension CurlEngine {
    /// Sends a request and delivers the response body in pieces. At most about 256 KiB of it are in memory.
    ///
    /// Returns when the head of the response has arrived. ``HTTPClientRequest/timeout`` limits the whole transfer, including
    /// the reader's pauses; the limit for slow responses does not count them. A body longer than
    /// ``HTTPClientRequest/maximumResponseBody`` fails with `.tooLarge`; ``HTTPClientRequest/keptResponseBody`` is ignored. A
    /// graceful shutdown waits for streams as for other requests.
    ///
    /// - Throws: ``HTTPClientError`` when no head arrived. Cancelling the task ends the request and throws
    ///   `.cancelled`.
    package func stream(_ request: HTTPClientRequest) async throws(HTTPClientError) -> StreamingHTTPResponse {
        let queue = queue
        let buffer = StreamBuffer(queue)
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                buffer.open { continuation.resume(returning: $0) }
                queue.submit(CurlEngineJob(request: request, stream: buffer))
                // The task may have been cancelled before the job was queued; that cancellation had no effect.
                if Task.isCancelled { queue.cancel(buffer.id) }
            }
        } onCancel: {
            queue.cancel(buffer.id)
        }
        return StreamingHTTPResponse(try result.get(), buffer)
    }
}

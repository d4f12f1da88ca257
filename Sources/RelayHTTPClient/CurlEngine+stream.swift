extension CurlEngine {
    /// Sends a request and hands the answer's body on piece by piece; holds at most about 256 KiB of it.
    ///
    /// Returns when the head of the answer is there. ``HTTPRequest/timeout`` holds for the whole transfer, the reader's
    /// pauses included; the limit for answers that trickle does not count them. A body longer than
    /// ``HTTPRequest/maximumResponseBody`` ends with the failure `.tooLarge`; ``HTTPRequest/keptResponseBody`` is not
    /// looked at. A graceful shutdown waits for streams as for requests.
    ///
    /// - Throws: ``HTTPClientError`` when no head came. Cancelling the task ends the request and throws `.cancelled`.
    package func stream(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPStream {
        let mailbox = mailbox
        let buffer = StreamBuffer(mailbox)
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                buffer.open { continuation.resume(returning: $0) }
                mailbox.submit(EngineJob(request: request, stream: buffer))
                // A cancellation that came before the job was there found nothing to cancel.
                if Task.isCancelled { mailbox.cancel(buffer.id) }
            }
        } onCancel: {
            mailbox.cancel(buffer.id)
        }
        return HTTPStream(try result.get(), buffer)
    }
}

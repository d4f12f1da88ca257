package import Logging
internal import RelayCore
internal import ServiceLifecycle

/// Sends HTTP requests with libcurl on one dedicated thread. The thread waits on epoll and works only for connections
/// with pending events, so thousands of slow receivers cost little.
///
/// Requests are independent: no cookies, no redirects, no proxy from the environment, no decompression. The engine does
/// not limit the number of requests in flight; the dispatcher does.
package final class CurlEngine: Service, Sendable {
    package struct Configuration: Sendable {
        /// The number of idle connections that are kept for reuse; default 1024.
        package var maximumIdleConnections: Int
        /// The maximum age of a reused connection, so that certificates and DNS are checked again; default 600 s.
        package var maximumConnectionAge: Duration
        /// How long ``CurlEngine/run()`` waits for requests in flight after the shutdown has begun; default 20 s.
        package var drainTimeout: Duration
        /// The `User-Agent` of requests that do not set one.
        package var userAgent: String
        /// DNS results to begin with, as `host:port:address[,address]`, for tests. They stay; with a `+` in front they
        /// are kept like an answer of the DNS.
        package var resolve: [String] = []

        package init(
            maximumIdleConnections: Int = 1024,
            maximumConnectionAge: Duration = .seconds(600),
            drainTimeout: Duration = .seconds(20),
            userAgent: String = "zaphub-relay"
        ) {
            self.maximumIdleConnections = maximumIdleConnections
            self.maximumConnectionAge = maximumConnectionAge
            self.drainTimeout = drainTimeout
            self.userAgent = userAgent
        }
    }

    /// The engine's thread could not be set up.
    package struct SetupError: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    let queue: CurlEngineQueue
    private let thread: CurlEngineThread
    private let drainTimeout: Duration

    /// Starts the engine's thread. ``send(_:)`` works from here on, whether or not ``run()`` is called.
    ///
    /// - Throws: ``SetupError`` when no descriptor or thread is available, or when `userAgent` is not a valid header
    ///   value.
    package init(configuration: Configuration = .init(), guard egress: EgressGuard, logger: Logger) throws {
        guard HeaderFieldRules.isSendable(name: "User-Agent", value: configuration.userAgent) else {
            throw SetupError(description: HeaderArena.problem(name: "User-Agent", value: configuration.userAgent))
        }
        queue = try CurlEngineQueue()
        thread = try CurlEngineThread(queue: queue, configuration: configuration, egress: egress, logger: logger)
        drainTimeout = configuration.drainTimeout
    }

    deinit {
        queue.stop()
        thread.joinOrDetach()
    }

    /// Sends a request and waits for its response. Cancelling the task ends the request and throws `.cancelled`.
    ///
    /// - Throws: ``HTTPClientError`` when there was no response.
    package func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let id = queue.nextID()
        let queue = queue
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                queue.submit(CurlEngineJob(id: id, request: request) { continuation.resume(returning: $0) })
                // The task may have been cancelled before the job was queued; that cancellation had no effect.
                if Task.isCancelled { queue.cancel(id) }
            }
        } onCancel: {
            queue.cancel(id)
        }
        return try result.get()
    }

    /// Sends a request and passes the outcome to `completion`, exactly once.
    ///
    /// - Parameter completion: called on the engine's thread, which it must not block. When the engine has been shut
    ///   down, it is called immediately on the caller's thread.
    package func send(
        _ request: HTTPClientRequest,
        completion: @escaping @Sendable (Result<HTTPClientResponse, HTTPClientError>) -> Void
    ) {
        queue.submit(CurlEngineJob(id: queue.nextID(), request: request, completion: completion))
    }

    /// Replaces the egress guard after a reload. Connections that the new guard denies are not reused.
    package func replace(guard egress: EgressGuard) {
        queue.replace(egress)
    }

    /// Waits for the graceful shutdown, then accepts no new requests and waits for those in flight until the drain
    /// timeout. Cancelling the task ends them immediately.
    package func run() async throws {
        try? await gracefulShutdown()
        if Task.isCancelled {
            queue.stop()
        } else {
            queue.drain(for: drainTimeout)
        }
        let queue = queue
        await withTaskCancellationHandler {
            await queue.ended()
        } onCancel: {
            queue.stop()
        }
        thread.join()
    }

    /// Ends every request with `.cancelled`, stops the thread and waits until it has ended. Can be called several
    /// times.
    package func shutdown() {
        queue.stop()
        thread.join()
    }
}

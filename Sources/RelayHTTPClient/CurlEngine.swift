package import Logging
package import ServiceLifecycle

/// Sends HTTP requests with libcurl on one thread of its own, which waits on epoll and costs work only for the
/// connections that have something to do; thousands of slow receivers are as cheap as a few.
///
/// Each request stands for itself: no cookies, no redirects, no proxy from the environment, no decompression. The
/// engine does not limit how many are in flight; the dispatcher does.
package final class CurlEngine: Service, Sendable {
    package struct Configuration: Sendable {
        /// How many idle connections are kept for reuse; default 1024.
        package var maximumIdleConnections: Int
        /// How long a connection is reused at most, so that certificates and DNS are looked at again; default 600 s.
        package var maximumConnectionAge: Duration
        /// How long ``CurlEngine/run()`` lets requests end once the shutdown has begun; default 20 s.
        package var drainTimeout: Duration
        /// Sent as `User-Agent` unless a request has its own.
        package var userAgent: String
        /// Fixed answers of DNS, as `host:port:address[,address]`; for tests of names that lead to denied addresses.
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

    let mailbox: EngineRequestQueue
    private let thread: EngineThread
    private let drainTimeout: Duration

    /// Starts the engine's thread; ``send(_:)`` works from here on, whether ``run()`` is called or not.
    ///
    /// - Throws: ``SetupError`` when the system has no descriptor or thread left, or when `userAgent` is not sendable.
    package init(configuration: Configuration = .init(), guard egress: EgressGuard, logger: Logger) throws {
        if let problem = HeaderArena.problem(name: "User-Agent", value: configuration.userAgent) {
            throw SetupError(description: problem)
        }
        mailbox = try EngineRequestQueue()
        thread = try EngineThread(mailbox: mailbox, configuration: configuration, egress: egress, logger: logger)
        drainTimeout = configuration.drainTimeout
    }

    deinit {
        mailbox.stop()
        thread.joinOrDetach()
    }

    /// Sends a request and waits for its answer. Cancelling the task ends the request and throws `.cancelled`.
    ///
    /// - Throws: ``HTTPClientError`` when there was no answer.
    package func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
        let id = mailbox.nextID()
        let mailbox = mailbox
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                mailbox.submit(EngineJob(id: id, request: request) { continuation.resume(returning: $0) })
                // A cancellation that came before the job was there found nothing to cancel.
                if Task.isCancelled { mailbox.cancel(id) }
            }
        } onCancel: {
            mailbox.cancel(id)
        }
        return try result.get()
    }

    /// Sends a request and hands the outcome to `completion`, exactly once.
    ///
    /// - Parameter completion: called on the engine's thread and must not block it; called at once, on the caller's
    ///   thread, when the engine has been shut down.
    package func send(
        _ request: HTTPRequest,
        completion: @escaping @Sendable (Result<HTTPResponse, HTTPClientError>) -> Void
    ) {
        mailbox.submit(EngineJob(id: mailbox.nextID(), request: request, completion: completion))
    }

    /// Replaces the guard, for a reload. Connections that the new one denies are not reused.
    package func replace(guard egress: EgressGuard) {
        mailbox.replace(egress)
    }

    /// Waits for the graceful shutdown, then takes no more requests and lets those in flight end until the drain
    /// time-out. Cancelling the task ends them at once.
    package func run() async throws {
        try? await gracefulShutdown()
        if Task.isCancelled {
            mailbox.stop()
        } else {
            mailbox.drain(for: drainTimeout)
        }
        let mailbox = mailbox
        await withTaskCancellationHandler {
            await mailbox.ended()
        } onCancel: {
            mailbox.stop()
        }
        thread.join()
    }

    /// Ends every request with `.cancelled`, stops the thread and waits for its end. May be called more than once.
    package func shutdown() {
        mailbox.stop()
        thread.join()
    }
}

internal import CCurl
import Glibc
internal import Logging
import Synchronization

/// The engine's thread, joined once.
final class CurlEngineThread: Sendable {
    /// What the new thread receives.
    private final class Start: Sendable {
        let queue: CurlEngineQueue
        let configuration: CurlEngine.Configuration
        let egress: EgressGuard
        let logger: Logger

        init(
            _ queue: CurlEngineQueue,
            _ configuration: CurlEngine.Configuration,
            _ egress: EgressGuard,
            _ logger: Logger
        ) {
            self.queue = queue
            self.configuration = configuration
            self.egress = egress
            self.logger = logger
        }
    }

    private let id: pthread_t
    private let isJoined = Mutex(false)

    init(
        queue: CurlEngineQueue,
        configuration: CurlEngine.Configuration,
        egress: EgressGuard,
        logger: Logger
    ) throws(CurlEngine.SetupError) {
        try CurlEngineLoop.prepareProcess()
        let start = Unmanaged.passRetained(Start(queue, configuration, egress, logger))
        var id = pthread_t()
        let code = pthread_create(&id, nil, { CurlEngineThread.main($0) }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw CurlEngine.SetupError(description: "the HTTP engine got no thread: \(errnoText(code))")
        }
        self.id = id
    }

    /// Waits until the thread has ended. Returns immediately on the thread itself, where a completion may request
    /// shutdown.
    func join() {
        if pthread_equal(id, pthread_self()) != 0 { return }
        if takeHandle() { pthread_join(id, nil) }
    }

    /// Like ``join()``, for the last owner: when a completion released the engine, the thread is detached.
    func joinOrDetach() {
        guard takeHandle() else { return }
        if pthread_equal(id, pthread_self()) != 0 {
            pthread_detach(id)
        } else {
            pthread_join(id, nil)
        }
    }

    /// True for the first caller, who has to join. The lock is not held while joining, because the thread could need
    /// it.
    private func takeHandle() -> Bool {
        isJoined.withLock { isJoined in
            defer { isJoined = true }
            return !isJoined
        }
    }

    private static func main(_ raw: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let raw else { return nil }
        let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
        // The process's other threads handle signals. With SIGPIPE blocked, writing to a closed TLS peer returns EPIPE.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        ccurl_name_thread("http-engine")

        var refused = "the HTTP engine could not start"
        do throws(CurlEngine.SetupError) {
            let loop = try CurlEngineLoop(start.queue, start.configuration, start.egress, start.logger)
            loop.run()
            refused = "the relay is shutting down; the request was not sent"
        } catch {
            start.logger.error("the HTTP engine could not start", metadata: ["error": "\(error)"])
        }
        for job in start.queue.end() { job.refuse(refused) }
        return nil
    }
}

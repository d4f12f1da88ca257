internal import CCurl
import Glibc
internal import Logging

/// The state of the engine's thread, created, used and released on that thread. Deliberately not `Sendable`.
///
/// One iteration: empty the queue, run libcurl's timer, complete finished transfers, wait on epoll, pass the ready
/// sockets to libcurl, complete finished transfers again. libcurl is never called from one of its own callbacks.
final class CurlEngineLoop {
    let configuration: CurlEngine.Configuration
    var egress: EgressGuard
    let multi: UnsafeMutableRawPointer
    let epoll: Int32
    /// The time at which libcurl wants to be called even if no socket is ready.
    var timerDue: ContinuousClock.Instant?
    let born = ContinuousClock.now

    private let queue: CurlEngineQueue
    private let logger: Logger
    private let httpVersion: Int
    private var active: [UInt64: CurlTransfer] = [:]
    private var idle = CurlIdleTransfers()
    private var targets: [String: CurlTarget] = [:]
    private var names: CurlNameChanges
    private var connections = CurlConnectionTable()

    private static let maximumTargets = 1024
    private static let processSetup = ccurl_global_init()

    /// Initializes libcurl, once in a process and before any engine thread starts.
    static func prepareProcess() throws(CurlEngine.SetupError) {
        guard processSetup == CURLE_OK else {
            throw CurlEngine.SetupError(description: "libcurl could not be set up: \(curlText(processSetup))")
        }
    }

    init(
        _ queue: CurlEngineQueue,
        _ configuration: CurlEngine.Configuration,
        _ egress: EgressGuard,
        _ logger: Logger
    ) throws(CurlEngine.SetupError) {
        guard let multi = curl_multi_init() else {
            throw CurlEngine.SetupError(description: "libcurl is out of memory")
        }
        self.multi = multi
        self.queue = queue
        self.configuration = configuration
        self.egress = egress
        self.logger = logger
        epoll = queue.epollDescriptor
        names = CurlNameChanges(pinned: configuration.resolve)
        // Before 8.1.0 HTTP/2 can report aborted responses as complete and spin on uploads.
        httpVersion = ccurl_version_number() < 0x08_0100 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS
        watchSockets()
        check(ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections))
        logger.debug(
            "the HTTP engine runs",
            metadata: ["libcurl": "\(ccurl_version().map { String(cString: $0) } ?? "")"]
        )
    }

    /// Runs until the queue's phase is `stopping`, or `draining` and finished.
    func run() {
        let capacity = 256
        let ready = UnsafeMutablePointer<ccurl_ready>.allocate(capacity: capacity)
        defer { ready.deallocate() }
        while true {
            let delivery = queue.collect()
            if let egress = delivery.egress { self.egress = egress }
            for job in delivery.jobs { begin(job) }
            for id in delivery.cancelled { cancel(id, "the request was cancelled") }
            for id in delivery.resumed { resume(id) }

            var deadline: ContinuousClock.Instant?
            switch delivery.phase {
            case .running: break
            case .draining(let until):
                if active.isEmpty || .now >= until { return finish() }
                deadline = until
            case .stopping, .ended: return finish()
            }

            fireTimer()
            settle()
            // After an iteration with queue entries, the queue does not know that the thread sleeps and may have new
            // entries.
            let wait = delivery.hasMail ? 0 : milliseconds(until: deadline)
            let count = ccurl_epoll_wait(epoll, ready, Int32(capacity), wait)
            if count < 0 {
                logger.error("the HTTP engine cannot wait any more", metadata: ["error": "\(errnoText(-count))"])
                return finish()
            }
            for index in 0..<Int(count) { handle(ready[index]) }
            fireTimer()
            settle()
        }
    }

    private func handle(_ ready: ccurl_ready) {
        if ready.fd == queue.wakeDescriptor {
            var value = eventfd_t()
            _ = eventfd_read(ready.fd, &value)
            return
        }
        var running: Int32 = 0
        check(curl_multi_socket_action(multi, ready.fd, Int32(ready.events), &running))
    }

    private func fireTimer() {
        guard let due = timerDue, due <= .now else { return }
        timerDue = nil
        check(ccurl_multi_timeout(multi))
    }

    /// The timeout for epoll: the time until the timer or the deadline, rounded up; -1 means no timeout.
    private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
        guard let next = [timerDue, deadline].compactMap(\.self).min() else { return -1 }
        let left = next - .now
        return left <= .zero ? 0 : Int32(clamping: left.wholeMilliseconds)
    }

    // MARK: Transfers

    private func begin(_ job: CurlEngineJob) {
        do throws(HTTPClientError) {
            let target = try target(of: job.request.url)
            let transfer: CurlTransfer
            if let pooled = idle.take(for: target) {
                transfer = pooled
            } else {
                transfer = try CurlTransfer(loop: self)
            }
            try transfer.prepare(job, target, httpVersion: httpVersion)
            try add(transfer)
        } catch {
            var failure = error
            failure.duration = .now - job.submitted
            job.completion(.failure(failure))
        }
    }

    private func add(_ transfer: CurlTransfer) throws(HTTPClientError) {
        let code = curl_multi_add_handle(multi, transfer.easy)
        guard code == CURLM_OK else {
            throw HTTPClientError(
                code: .other,
                message: "libcurl took no request: \(String(cString: curl_multi_strerror(code)))"
            )
        }
        active[transfer.id] = transfer
    }

    private func settle() {
        var code = CURLE_OK
        while let easy = ccurl_multi_next_done(multi, &code) {
            guard let raw = ccurl_private(easy) else { continue }
            end(Unmanaged<CurlTransfer>.fromOpaque(raw).takeUnretainedValue(), code)
        }
    }

    private func end(_ transfer: CurlTransfer, _ code: CURLcode) {
        let retries = transfer.deservesRetry(after: code)
        let result = transfer.outcome(code)
        check(curl_multi_remove_handle(multi, transfer.easy))
        active[transfer.id] = nil
        if !transfer.wasOrdinary(code) { transfer.forgetOptions() }
        if retries, (try? add(transfer.retried())) != nil { return }
        if case .failure(let failure) = result, transfer.head.bytes == 0 { names.failed(transfer.target, failure.code) }
        give(result, from: transfer)
    }

    /// Continues a paused transfer. Before this returns, libcurl passes on the data that it had kept, and uses its
    /// timer to be called for the rest.
    private func resume(_ id: UInt64) {
        guard let transfer = active[id] else { return }
        let code = curl_easy_pause(transfer.easy, CURLPAUSE_CONT)
        // When our callback rejects the kept data, libcurl returns the error here and sends no message about it.
        if code != CURLE_OK { end(transfer, code) }
    }

    private func cancel(_ id: UInt64, _ message: String) {
        guard let transfer = active.removeValue(forKey: id) else { return }
        let result = transfer.cancelled(message)
        transfer.forgetOptions()
        check(curl_multi_remove_handle(multi, transfer.easy))
        give(result, from: transfer)
    }

    private func give(_ result: Result<HTTPClientResponse, HTTPClientError>, from transfer: CurlTransfer) {
        let completion = transfer.release()
        idle.append(transfer)
        completion?(result)
    }

    private func finish() {
        for id in Array(active.keys) { cancel(id, "the relay is shutting down; the request was cut off") }
        idle.removeAll()
        check(curl_multi_cleanup(multi))
    }

    func nameChanges(for target: CurlParsedURL) -> CurlResolveList? { names.next(for: target) }

    /// Whether a connection that was used before has bytes to read that no request has asked for. libcurl looks itself
    /// from 8.1 on, where HTTP/2 connections may have such bytes at any time.
    func hasPendingBytes(_ ends: CurlConnectionTable.Ends, opened: [Int32]) -> Bool {
        httpVersion == CURL_HTTP_VERSION_1_1 && connections.hasPendingBytes(ends, opened: opened)
    }

    func forget(socket: Int32) { connections.forget(socket) }

    /// Parsed once for each URL: destinations are few and their URLs rarely change.
    private func target(of url: String) throws(HTTPClientError) -> CurlTarget {
        if let known = targets[url] { return known }
        do throws(CurlParsedURL.ParseError) {
            let target = CurlTarget(try CurlParsedURL(url: url))
            if targets.count >= Self.maximumTargets { targets.removeAll(keepingCapacity: true) }
            targets[url] = target
            return target
        } catch {
            throw HTTPClientError(code: .invalidRequest, message: error.message)
        }
    }

    /// Logs libcurl's errors about the multi handle, which are bugs in this code.
    private func check(_ code: CURLMcode) {
        guard code != CURLM_OK else { return }
        logger.error(
            "libcurl's multi interface failed",
            metadata: ["error": "\(String(cString: curl_multi_strerror(code)))"]
        )
    }
}

/// libcurl's text for a code.
func curlText(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }

extension Duration {
    /// Rounded up, so that a wait is never shorter than asked.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product.addingReportingOverflow(part).overflow ? .max : product + part
    }
}

internal import Dispatch
internal import RelayCore
internal import Synchronization

/// Sends webhooks in order, with a limited number at once and one attempt each.
final class ChatwootDoubleWebhookSender: Sendable {
    typealias Call = ChatwootDouble.WebhookCall
    typealias Finish = @Sendable (Call.Outcome) -> Void

    private struct State {
        var queue: [(call: Call, finish: Finish)] = []
        var working = 0
    }

    private let workers: Int
    private let timeout: Duration
    private let refusesPrivateHosts: Bool
    private let state = Mutex(State())

    init(workers: Int, timeout: Duration, refusesPrivateHosts: Bool) {
        self.workers = max(1, workers)
        self.timeout = timeout
        self.refusesPrivateHosts = refusesPrivateHosts
    }

    func send(_ call: Call, finish: @escaping Finish) {
        let needsWorker = state.withLock { state in
            state.queue.append((call, finish))
            guard state.working < workers else { return false }
            state.working += 1
            return true
        }
        if needsWorker { DispatchQueue.global().async { [self] in work() } }
    }

    private func work() {
        while true {
            let next: (call: Call, finish: Finish)? = state.withLock { state in
                guard state.queue.isEmpty else { return state.queue.removeFirst() }
                state.working -= 1
                return nil
            }
            guard let (call, finish) = next else { return }
            finish(outcome(of: call))
        }
    }

    /// The outcome, with the error texts of Chatwoot's HTTP library.
    private func outcome(of call: Call) -> Call.Outcome {
        if refusesPrivateHosts, let target = BlockingHTTPPost.Target(call.url), target.isPrivate {
            return .failed("Hostname '\(target.host)' has no public ip addresses")
        }
        do throws(BlockingHTTPPostError) {
            let status = try BlockingHTTPPost.send(to: call.url, call.headers, call.body, timeout: timeout)
            return (200...299).contains(status) ? .delivered(status: status) : .failed(Self.text(of: status))
        } catch {
            switch error {
            case .badURL: return .failed("bad URI (is not URI?): \(call.url)")
            case .timeout: return .failed("Timed out reading data from server")
            case .refused: return .failed("Failed to open TCP connection (Connection refused)")
            case .closed: return .failed("Server broke connection")
            }
        }
    }

    private static func text(of status: Int) -> String {
        let reasons = [
            301: "Moved Permanently", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
            404: "Not Found", 413: "Payload Too Large", 422: "Unprocessable Entity", 429: "Too Many Requests",
            500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
        ]
        return reasons[status].map { "\(status) \($0)" } ?? "HTTP status code \(status)"
    }
}

import RelayDirectory
import RelayHTTPClient
import Synchronization

/// Answers requests with scripted responses, and holds them while a test requires it.
final class ScriptedSender: HTTPClient {
    enum Answer: Sendable {
        case body(String)
        case status(Int)
        case failure(HTTPClientError.Code)
        /// A response body longer than the limit.
        case truncated
        /// No response until ``release(_:)`` or the end of the request.
        case held
    }

    private struct State: Sendable {
        var requests: [HTTPClientRequest] = []
        var held: [Int: CheckedContinuation<Answer, Never>] = [:]
        var peak = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let script: @Sendable (HTTPClientRequest) -> Answer

    init(_ script: @escaping @Sendable (HTTPClientRequest) -> Answer) {
        self.script = script
    }

    var requests: [HTTPClientRequest] { state.withLock { $0.requests } }
    var urls: [String] { requests.map(\.url) }
    /// The number of requests that are held now.
    var heldCount: Int { state.withLock { $0.held.count } }
    /// The maximum number of requests that were held together.
    var peak: Int { state.withLock { $0.peak } }

    /// Returns when the total number of requests has reached a count.
    func untilRequested(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isSo = state.withLock { state in
                if state.requests.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isSo { continuation.resume() }
        }
    }

    /// Answers all held requests.
    func release(_ answer: Answer) {
        let held = state.withLock { state in
            defer { state.held = [:] }
            return state.held.values.map { $0 }
        }
        for continuation in held { continuation.resume(returning: answer) }
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count
        }
        var answer = script(request)
        if case .held = answer {
            answer = await hold(number)
        } else {
            wakeWatchers()
        }
        switch answer {
        case .body(let text): return HTTPClientResponse(status: 200, body: Array(text.utf8))
        case .status(let status): return HTTPClientResponse(status: status)
        case .truncated: return HTTPClientResponse(status: 200, body: Array("{".utf8), bodyTruncated: true)
        case .failure(let kind): throw HTTPClientError(code: kind, message: "scripted")
        case .held: throw HTTPClientError(code: .cancelled, message: "cancelled")
        }
    }

    private func hold(_ number: Int) async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.held[number] = continuation
                    state.peak = max(state.peak, state.held.count)
                    return false
                }
                if isOver { continuation.resume(returning: .held) }
                wakeWatchers()
            }
        } onCancel: {
            state.withLock { $0.held.removeValue(forKey: number) }?.resume(returning: .held)
        }
    }

    private func wakeWatchers() {
        let due = state.withLock { state in
            let count = state.requests.count
            defer { state.watchers.removeAll { $0.count <= count } }
            return state.watchers.filter { $0.count <= count }
        }
        for watcher in due { watcher.continuation.resume() }
    }
}

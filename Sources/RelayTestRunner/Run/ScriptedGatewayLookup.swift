internal import Logging
internal import RelayCore
internal import RelayDirectory
internal import RelayHTTPClient
internal import Synchronization

/// The relay's own lookup service, with a scripted gateway.
struct ScriptedGatewayLookup: GatewayDirectoryLookup {
    private let gateway: ScriptedGateway
    private let service: LookupService

    init(_ script: [ScriptedLookupAnswer], clock: SkippingTestClock, executor: CallingThreadTaskExecutor) {
        gateway = ScriptedGateway(script, clock: clock)
        service = LookupService(
            sender: gateway,
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            executor: executor
        )
    }

    func lookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) async -> DirectoryLookupAnswer? {
        await service.lookUp(key, at: ScriptedLookupEndpoint(base: route, gateway: gateway))
    }

    func mayLookUp(_ key: DirectoryEntryKey, at route: any LookupEndpoint) -> Bool {
        service.mayLookUp(key, at: ScriptedLookupEndpoint(base: route, gateway: gateway))
    }
}

/// A route whose requests go to the scripted gateway. All requests of one lookup get the same answer.
private struct ScriptedLookupEndpoint: LookupEndpoint {
    let base: any LookupEndpoint
    let gateway: ScriptedGateway

    var id: String { base.id }
    var name: String { base.name }
    var timeout: Duration { base.timeout }

    func requests(for key: DirectoryEntryKey) -> [LookupRequest] {
        let number = gateway.number(for: key.id)
        return base.requests(for: key).map { request in
            LookupRequest(url: "\(number)", headers: []) { [gateway] bytes in
                gateway.known(number) ?? request.read(bytes)
            }
        }
    }
}

/// Simulates the gateway: the URL of a request is the number of its lookup.
private final class ScriptedGateway: HTTPClient {
    fileprivate struct State: Sendable {
        var chats: [String] = []
        /// The answer to each lookup, by its number.
        var answers: [Int: ScriptedLookupAnswer] = [:]
        /// The remaining answers for each chat; the last one is repeated.
        var left: [String: [ScriptedLookupAnswer]] = [:]
    }

    private let script: [ScriptedLookupAnswer]
    private let clock: SkippingTestClock
    private let state = Mutex(State())

    init(_ script: [ScriptedLookupAnswer], clock: SkippingTestClock) {
        self.script = script
        self.clock = clock
    }

    func number(for chat: String) -> Int {
        state.withLock { state in
            state.chats.append(chat)
            return state.chats.count - 1
        }
    }

    /// The data that the gateway knows, when the test sets data instead of a response.
    func known(_ number: Int) -> DirectoryLookupAnswer? {
        guard case .knows(let answer) = state.withLock({ $0.answers[number] })?.result else { return nil }
        return answer
    }

    func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        let begin = clock.now
        guard let number = Int(request.url) else { throw HTTPClientError(code: .other, message: "no lookup") }
        let answer = state.withLock { $0.answer(number, script) }
        let isTooLate = answer.isTimeout || answer.after >= request.timeout
        try? await clock.sleep(until: begin + (isTooLate ? request.timeout : answer.after))
        if Task.isCancelled { throw HTTPClientError(code: .cancelled, message: "nobody waits any more") }
        if isTooLate { throw HTTPClientError(code: .timeout, message: "no answer in time", duration: request.timeout) }
        switch answer.result {
        case .knows: return HTTPClientResponse(status: 200, headers: [], body: [])
        case .response(let status, let body): return HTTPClientResponse(status: status, headers: [], body: body)
        case .failure(let code): throw HTTPClientError(code: code, message: "\(code.rawValue), as the test says")
        }
    }
}

extension ScriptedGateway.State {
    fileprivate mutating func answer(_ number: Int, _ script: [ScriptedLookupAnswer]) -> ScriptedLookupAnswer {
        if let answer = answers[number] { return answer }
        let chat = chats[number]
        var left = left[chat] ?? script.answers(of: chat, \.chat)
        // The gateway does not know a chat that the test does not name.
        let unknown = ScriptedLookupAnswer(after: .zero, result: .response(status: 404, body: []))
        let answer = left.count > 1 ? left.removeFirst() : left.first ?? unknown
        self.left[chat] = left
        answers[number] = answer
        return answer
    }
}

extension ScriptedLookupAnswer {
    fileprivate var isTimeout: Bool {
        if case .failure(.timeout) = result { true } else { false }
    }
}

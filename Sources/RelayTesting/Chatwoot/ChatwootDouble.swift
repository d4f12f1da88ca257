internal import RelayCore
internal import Synchronization

/// A test asked for something that the installation does not have.
package struct ChatwootDoubleError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// A Chatwoot installation for tests: real HTTP on 127.0.0.1, with the behaviour, bodies, limits and weaknesses that
/// the reference tells (chatwoot.md, section 7 above all).
///
/// ```swift
/// let chatwoot = ChatwootDouble(profile: .v4_15)
/// let url = try await chatwoot.start()
/// let account = chatwoot.addAccount("Acme")
/// let relay = chatwoot.addUser("Relay", in: account.id, role: .administrator)
/// let inbox = chatwoot.addInbox("WhatsApp", in: account.id, webhookURL: "http://127.0.0.1:1/hook")
/// chatwoot.next(1, .messageCreate, .commitThen500)
/// ```
package final class ChatwootDouble: Sendable {
    private let state: Mutex<ChatwootDoubleState>
    private let receiver = Mutex<ScriptedReceiver?>(nil)
    private let sender: ChatwootDoubleWebhookSender
    let contactGate = RaceBarrier()
    let changes = ChangeSignal()

    package init(profile: Release = .v4_15, options: Options = Options()) {
        state = Mutex(ChatwootDoubleState(profile: profile, options: options))
        sender = ChatwootDoubleWebhookSender(
            workers: options.webhookWorkers,
            timeout: options.webhookTimeout,
            refusesPrivateHosts: profile.refusesPrivateHosts && !options.allowsPrivateNetwork
        )
    }

    deinit {
        stop()
    }

    /// Starts listening on a free port.
    ///
    /// - Returns: `http://127.0.0.1:PORT`.
    /// - Throws: ``ScriptedReceiverError`` when it cannot listen.
    @discardableResult
    package func start() async throws -> String {
        let receiver = try ScriptedReceiver()
        receiver.respond { [weak self] request in self?.answer(request) ?? .reset }
        self.receiver.withLock { $0 = receiver }
        withState { state in state.baseURL = state.options.frontendURL ?? receiver.url }
        return receiver.url
    }

    /// Stops listening and closes every connection. The records are kept and remain readable.
    package func stop() {
        receiver.withLock { receiver in
            receiver?.stop()
        }
    }

    /// Stops like ``stop()``, then listens again on the same port with the same records.
    package func restart() throws {
        try receiver.withLock { receiver in try receiver?.restart() }
    }

    /// Every request so far, in order of arrival, as received.
    package var requests: [ScriptedReceiver.Request] { receiver.withLock { $0?.requests ?? [] } }

    /// The number of connections accepted so far.
    package var connectionCount: Int { receiver.withLock { $0?.connectionCount ?? 0 } }

    // MARK: State

    /// Reads or changes the records, then sends the webhooks for the changes.
    func withState<Result>(_ body: (inout ChatwootDoubleState) throws -> Result) rethrows -> Result {
        let result = try state.withLock { state in
            state.now = state.options.clock.wall
            let result = try body(&state)
            // Under the lock, so that they are queued in the order of their causes.
            for unsent in state.unsentWebhooks {
                sender.send(state.webhooks[unsent.index]) { [weak self] outcome in self?.finish(unsent, outcome) }
            }
            state.unsentWebhooks = []
            return result
        }
        changes.signal()
        return result
    }

    /// Reads the records.
    func reading<Result>(_ body: (ChatwootDoubleState) throws -> Result) rethrows -> Result {
        try state.withLock { try body($0) }
    }

    private func finish(_ webhook: ChatwootDoubleState.UnsentWebhook, _ outcome: WebhookCall.Outcome) {
        withState { state in
            state.webhooks[webhook.index].outcome = outcome
            if case .failed(let reason) = outcome, let message = webhook.messageID {
                state.failMessage(message, reason)
            }
        }
    }

    // MARK: Requests

    private func answer(_ request: ScriptedReceiver.Request) -> ScriptedReceiver.Answer {
        let (route, segments) = ChatwootDoubleRoutes.match(request.method, request.path) ?? (nil, [:])
        let fault = route.flatMap { route in withState { $0.chaos.take(route.operation) } }
        if let fault, !fault.commits { return fault.answer(instead: .rails(500)) }
        let reply = reply(to: request, route, segments)
        return fault?.answer(instead: reply) ?? reply.answer
    }

    private func reply(
        to request: ScriptedReceiver.Request,
        _ route: ChatwootDoubleRoute?,
        _ segments: [String: String]
    ) -> ChatwootDoubleResponse {
        do throws(ChatwootDoubleRefusalError) {
            let drops = reading { $0.options.dropsUnderscoreHeaders }
            var call = try ChatwootDoubleRequest(request, dropsUnderscoreHeaders: drops)
            call.segments = segments
            if route?.operation == .contactCreate, contactGate.isOpen {
                call.race = reading { $0.race(of: call) }
                contactGate.pass()
            }
            let result: Result<ChatwootDoubleResponse, ChatwootDoubleRefusalError> = withState { [call] state in
                Result { () throws(ChatwootDoubleRefusalError) in try state.perform(call, route) }
            }
            return try result.get()
        } catch {
            return error.reply
        }
    }
}

extension ChatwootDoubleResponse {
    var answer: ScriptedReceiver.Answer { .bytes(status, headers: headers, body: body) }
}

extension ChatwootDouble.Fault {
    func answer(instead reply: ChatwootDoubleResponse) -> ScriptedReceiver.Answer {
        switch self {
        case .commitThenStatus(let status), .status(let status):
            status == 429 ? ChatwootDoubleResponse.throttled.answer : ChatwootDoubleResponse.rails(status).answer
        case .commitThenHang, .hang: .hang
        case .commitThenReset, .reset: .reset
        case .commitThenCutOff: .resetMidResponse
        case .slowBody(let pause): .slow(reply.status, headers: reply.headers, body: reply.body, pause: pause)
        }
    }
}

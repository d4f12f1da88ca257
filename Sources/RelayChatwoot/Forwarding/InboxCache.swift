internal import RelayCore
internal import Synchronization

/// The inbox that a destination writes to, asked for once.
final class InboxCache: Sendable {
    private struct State: Sendable {
        var inbox: InboxRecord?
        var askedAt = Timestamp(seconds: 0)
    }

    private let api: ChatwootAPI
    private let wanted: ChatwootOptions.Inbox
    private let identifier: String?
    private let clock: any RelayClock
    private let state = Mutex(State())
    private let gate = AsyncSemaphore(1)

    /// How long an answer counts: an inbox may be locked, or unlocked, at any time.
    private static let validity: Duration = .seconds(900)

    init(_ api: ChatwootAPI, options: ChatwootOptions, clock: any RelayClock) {
        self.api = api
        wanted = options.inbox
        identifier = options.inboxIdentifier
        self.clock = clock
    }

    func inbox() async throws(ChatwootError) -> InboxRecord {
        if let known { return known }
        // One asks, the others wait for the answer.
        guard await gate.enter() else {
            throw ChatwootError(kind: .unanswered(.interrupted), status: nil, message: "the attempt was cancelled")
        }
        defer { gate.leave() }
        if let known { return known }
        let found = try await ask()
        state.withLock { $0 = State(inbox: found, askedAt: clock.now) }
        return found
    }

    /// The name for the public API; nil when neither the configuration nor Chatwoot tells it.
    func publicIdentifier() async throws(ChatwootError) -> String? {
        if let identifier { return identifier }
        return try await inbox().identifier
    }

    /// Something did not fit: look again.
    func forget() {
        state.withLock { $0.inbox = nil }
    }

    private var known: InboxRecord? {
        state.withLock { $0.inbox != nil && clock.now - $0.askedAt < Self.validity ? $0.inbox : nil }
    }

    /// Without the inbox nothing can be delivered until somebody mends it.
    private func ask() async throws(ChatwootError) -> InboxRecord {
        do {
            return try await found()
        } catch {
            guard error.kind == .gone else { throw error }
            throw ChatwootError(
                kind: .denied, status: error.status,
                message: error.message + ". Check url:, account: and inbox:, then resume the destination.")
        }
    }

    private func found() async throws(ChatwootError) -> InboxRecord {
        let inbox: InboxRecord
        switch wanted {
        case .id(let id):
            inbox = try await api.inbox(id)
        case .named(let name):
            // Two of one name: the older, on every start the same.
            let existing = try await api.inboxes().filter { $0.name == name && $0.isAPI }.min { $0.id < $1.id }
            if let existing {
                inbox = existing
            } else {
                inbox = try await api.createInbox(named: name, webhookURL: nil)
            }
        }
        guard inbox.isAPI else {
            throw ChatwootError(
                kind: .denied, status: nil,
                message: "The inbox \(inbox.id) is of the type \(inbox.channel), not API: make one of the type API and "
                    + "name it in inbox:, then resume the destination.")
        }
        return inbox
    }
}

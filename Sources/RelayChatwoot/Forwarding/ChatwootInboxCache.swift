internal import RelayCore
internal import Synchronization

/// Caches the inbox that a destination writes to.
final class ChatwootInboxCache: Sendable {
    private struct State: Sendable {
        var inbox: ChatwootInboxResponse?
        var askedAt = Timestamp(seconds: 0)
    }

    private let api: ChatwootAPIClient
    private let wanted: ChatwootDestinationOptions.Inbox
    private let identifier: String?
    private let clock: any RelayClock
    private let state = Mutex(State())
    private let semaphore = AsyncSemaphore(1)

    /// How long a response is used. An inbox can be locked or unlocked at any time.
    private static let validity: Duration = .seconds(900)

    init(_ api: ChatwootAPIClient, options: ChatwootDestinationOptions, clock: any RelayClock) {
        self.api = api
        wanted = options.inbox
        identifier = options.inboxIdentifier
        self.clock = clock
    }

    func inbox() async throws(ChatwootError) -> ChatwootInboxResponse {
        if let known { return known }
        // One asks, the others wait for the answer.
        guard await semaphore.wait() else {
            throw ChatwootError(code: .unanswered(.interrupted), status: nil, message: "the attempt was cancelled")
        }
        defer { semaphore.signal() }
        if let known { return known }
        let found = try await ask()
        state.withLock { $0 = State(inbox: found, askedAt: clock.now) }
        return found
    }

    /// The inbox's identifier in the public API; nil when neither the configuration nor Chatwoot provides it.
    func publicIdentifier() async throws(ChatwootError) -> String? {
        if let identifier { return identifier }
        return try await inbox().identifier
    }

    /// Discards the cached inbox after it turned out to be outdated.
    func forget() {
        state.withLock { $0.inbox = nil }
    }

    private var known: ChatwootInboxResponse? {
        state.withLock { $0.inbox != nil && clock.now - $0.askedAt < Self.validity ? $0.inbox : nil }
    }

    /// Requests the inbox. Without it nothing can be delivered until the operator fixes the configuration.
    private func ask() async throws(ChatwootError) -> ChatwootInboxResponse {
        do {
            return try await found()
        } catch {
            guard error.code == .gone else { throw error }
            throw ChatwootError(
                code: .denied, status: error.status,
                message: error.message + ". Check url:, account: and inbox:. A changed one resumes the destination.")
        }
    }

    private func found() async throws(ChatwootError) -> ChatwootInboxResponse {
        let inbox: ChatwootInboxResponse
        switch wanted {
        case .id(let id):
            inbox = try await api.inbox(id)
        case .named(let name):
            // When two inboxes have the name, the older one is used, so that every start chooses the same.
            let existing = try await api.inboxes().filter { $0.name == name && $0.isAPI }.min { $0.id < $1.id }
            if let existing {
                inbox = existing
            } else {
                inbox = try await api.createInbox(named: name, webhookURL: nil)
            }
        }
        guard inbox.isAPI else {
            throw ChatwootError(
                code: .denied, status: nil,
                message: "The inbox \(inbox.id) is of the type \(inbox.channel), not API: make one of the type API and "
                    + "name it in inbox:, which resumes the destination.")
        }
        return inbox
    }
}

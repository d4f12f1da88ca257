internal import RelayCore
internal import RelayJSON

/// Executes the plan of one delivery. Every step is repeatable: completed steps are in the ledger, and a step that may
/// have been completed is looked up in Chatwoot before it is repeated.
struct ChatwootForwarder {
    let options: ChatwootDestinationOptions
    let api: ChatwootAPIClient
    let inboxes: ChatwootInboxCache
    let ledger: any ForwardingLedger
    let files: ChatwootMessageFormBuilder
    let newest: HighestMessageID
    /// Lets one delivery at a time find or create a person's contact and conversation, and write into it.
    let people: AsyncKeyedMutex<String>
    /// What could not be written about contacts in this attempt.
    let contactFailures: ContactUpdateFailureLog
    let clock: any RelayClock
    /// The destination's name, under which the ledger has its entries.
    let destination: DestinationKey
    let session: String

    /// Why a step did not come to its end.
    enum ForwardError: Error {
        case chatwoot(ChatwootError)
        case store(StoreError)
        /// A fault of this machine, such as a full disk: retry.
        case local(String)
    }

    func perform(_ plan: ChatwootForwardPlan) async throws(ForwardError) {
        if let contact = plan.contact, plan.actions.contains(where: \.followsSends) {
            try await letSendsEnd(in: chatKey(contact))
        }
        for action in plan.actions {
            switch action {
            case .nothing: continue
            case .typing(let isTyping):
                await show(isTyping, of: plan.contact)
                continue
            default: break
            }
            guard let chat = try await chat(of: action, plan.contact) else { continue }
            try await exclusively(action, in: chat, of: plan.contact)
        }
    }

    /// How long a delivery waits until another one of the same person has ended. That one's requests have time limits
    /// of their own.
    private static let patience: Duration = .seconds(60)

    /// Performs an action while no other lane does anything for the same person: two that looked for a contact, a
    /// conversation or a message at the same time would both find none and create two.
    private func exclusively(
        _ action: ChatwootForwardAction, in chat: ForwardedChatMapping.Key, of contact: ChatwootContactProfile?
    ) async throws(ForwardError) {
        var keys = contact?.exclusionKeys ?? ChatwootContactProfile.exclusionKeys(of: chat.chat)
        if case .contact(let news) = action, let previous = news.previous { keys.formUnion(previous.exclusionKeys) }
        try await people.withLock(
            of: keys, until: clock.now + Self.patience, clock: clock, unavailable: Self.unavailable
        ) { () async throws(ForwardError) in
            switch action {
            case .message(let message):
                guard try await !isReplaced(message, in: chat) else { return }
                try await post(message, in: chat, of: contact)
                try await deletePlaceholder(of: message, in: chat)
            case .delete(let id): try await delete(id, in: chat)
            case .status(let id, let status): try await raise(id, in: chat, to: status)
            case .contact(let news): try await change(contact, news)
            case .sessionLost(let notice): try await tellSessionLost(notice, in: chat, of: contact)
            case .sessionRestored: try await forgetSessionLost(in: chat)
            case .typing, .nothing: break
            }
        }
    }

    private static var unavailable: ForwardError {
        Task.isCancelled
            ? .chatwoot(
                ChatwootError(code: .unanswered(.interrupted), status: nil, message: "the attempt was cancelled"))
            : .local("another delivery of the same person has not ended for \(patience.components.seconds) s")
    }

    /// The chat that an action belongs to: the contact's; of an event that does not name its chat, the one that has the
    /// earlier message. Nil when there is none, or more than one.
    func chat(
        of action: ChatwootForwardAction, _ contact: ChatwootContactProfile?
    ) async throws(ForwardError) -> ForwardedChatMapping.Key? {
        if let contact { return chatKey(contact) }
        guard let earlier = action.earlierMessage else { return nil }
        let chats = try await stored { () throws(StoreError) in
            try await ledger.forwardedChats(having: earlier, destination: destination, session: session)
        }
        return chats.count == 1 ? chats[0] : nil
    }

    // MARK: The ledger

    func chatKey(_ contact: ChatwootContactProfile) -> ForwardedChatMapping.Key { chatKey(contact.id.description) }

    func chatKey(_ chat: String) -> ForwardedChatMapping.Key {
        ForwardedChatMapping.Key(destination: destination, session: session, chat: chat)
    }

    /// The ledger key of a message, from its `source_id` in Chatwoot: `WAID:ID#PART`, or `RELAY:NAME` of the relay's own.
    func messageKey(_ sourceID: String, in chat: ForwardedChatMapping.Key) -> ForwardedMessage.Key {
        let prefix = "WAID:"
        guard sourceID.hasPrefix(prefix) else { return ForwardedMessage.Key(chat, message: sourceID) }
        let parts = sourceID.dropFirst(prefix.count).split(separator: "#", maxSplits: 1)
        return ForwardedMessage.Key(
            chat, message: parts.first.map(String.init) ?? "", part: parts.count > 1 ? String(parts[1]) : "")
    }

    func parts(of message: String, in chat: ForwardedChatMapping.Key) async throws(ForwardError) -> [ForwardedMessage] {
        try await stored { () throws(StoreError) in try await ledger.forwardedParts(of: message, in: chat) }
    }

    func known(_ key: ForwardedChatMapping.Key) async throws(ForwardError) -> ForwardedChatMapping? {
        try await stored { () throws(StoreError) in try await ledger.forwardedChat(key) }
    }

    func record(_ changes: [ForwardingLedgerChange]) async throws(ForwardError) {
        try await stored { () throws(StoreError) in try await ledger.record(changes) }
    }

    func stored<Value>(_ body: () async throws(StoreError) -> Value) async throws(ForwardError) -> Value {
        do { return try await body() } catch { throw .store(error) }
    }

    func asked<Value>(_ body: () async throws(ChatwootError) -> Value) async throws(ForwardError) -> Value {
        do { return try await body() } catch { throw .chatwoot(error) }
    }
}

extension ChatwootForwardAction {
    /// Whether it may be about an agent's message whose id on WhatsApp is not known yet: an own message, a receipt.
    fileprivate var followsSends: Bool {
        switch self {
        case .message(let message): message.isExternalEcho
        case .status: true
        default: false
        }
    }

    /// WhatsApp's id of the earlier message that it changes or replies to.
    fileprivate var earlierMessage: String? {
        switch self {
        case .message(let message): message.reply?.messageID
        case .delete(let id), .status(let id, _): id
        default: nil
        }
    }
}

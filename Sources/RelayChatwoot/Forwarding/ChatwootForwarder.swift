internal import RelayCore
internal import RelayJSON

/// Executes the plan of one delivery. Every step is repeatable: completed steps are in the ledger, and a step that may
/// have been completed is looked up in Chatwoot before it is repeated.
struct ChatwootForwarder {
    let options: ChatwootDestinationOptions
    let api: ChatwootAPIClient
    let inboxes: ChatwootInboxCache
    let ledger: any ForwardingLedger
    let files: MessageFileLoader
    let newest: HighestMessageID
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
        for action in plan.actions {
            switch action {
            case .message(let message):
                guard try await !isReplaced(message) else { continue }
                try await post(message, to: plan.contact)
                try await deletePlaceholder(of: message)
            case .delete(let id): try await delete(id)
            case .status(let id, let status): try await raise(id, to: status, chat: plan.contact)
            case .typing(let isTyping): await show(isTyping, of: plan.contact)
            case .contact(let news): try await change(plan.contact, news)
            case .nothing: break
            }
        }
    }

    // MARK: The ledger

    func chatKey(_ contact: ChatwootContactProfile) -> ForwardedChatMapping.Key { chatKey(contact.id.description) }

    func chatKey(_ chat: String) -> ForwardedChatMapping.Key {
        ForwardedChatMapping.Key(destination: destination, session: session, chat: chat)
    }

    /// The ledger key of a message, from its `source_id` in Chatwoot.
    func messageKey(_ sourceID: String) -> ForwardedMessage.Key {
        let prefix = "WAID:"
        guard sourceID.hasPrefix(prefix) else {
            return ForwardedMessage.Key(destination: destination, session: session, message: sourceID)
        }
        let parts = sourceID.dropFirst(prefix.count).split(separator: "#", maxSplits: 1)
        return ForwardedMessage.Key(
            destination: destination, session: session, message: parts.first.map(String.init) ?? "",
            part: parts.count > 1 ? String(parts[1]) : "")
    }

    func parts(of message: String) async throws(ForwardError) -> [ForwardedMessage] {
        try await stored { () throws(StoreError) in
            try await ledger.forwardedParts(destination: destination, session: session, message: message)
        }
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

internal import RelayCore

/// A conversation that can receive a message.
struct TargetConversation {
    let id: Int64
    /// False also when the status was not requested, because the message does not depend on it.
    let isResolved: Bool
}

extension ChatwootForwarder {
    /// The conversation for a message; nil when there is none and the message may not open one.
    func conversation(
        in mapping: ForwardedChatMapping, for message: NewChatwootMessage
    ) async throws(ForwardError) -> TargetConversation? {
        guard let contact = mapping.contact, let source = mapping.contactSource else { return nil }
        let inbox = try await asked { () throws(ChatwootError) in try await inboxes.inbox() }
        if let id = mapping.conversation {
            guard asksForStatus(message, inbox) else { return TargetConversation(id: id, isResolved: false) }
            let record = try await asked { () throws(ChatwootError) in try await api.conversation(id) }
            if message.reach == .existing || !record.isResolved || reuses(record, inbox) {
                return TargetConversation(id: id, isResolved: record.isResolved)
            }
        }
        guard message.reach == .opens else { return nil }
        let record = try await opened(contact, source, inbox)
        var mapping = mapping
        mapping.conversation = record.id
        mapping.updatedAt = clock.wall
        try await self.record([.chat(mapping)])
        return TargetConversation(id: record.id, isResolved: record.isResolved)
    }

    /// The conversation that the contact has in the inbox, or a new one.
    private func opened(
        _ contact: Int64, _ source: String, _ inbox: ChatwootInboxResponse
    ) async throws(ForwardError) -> ChatwootConversationResponse {
        if !inbox.isLocked {
            let existing = try await asked { () throws(ChatwootError) in
                try await api.conversations(of: contact, in: inbox.id)
            }
            if let open = existing.first(where: { !$0.isResolved }) ?? existing.first(where: { reuses($0, inbox) }) {
                return open
            }
        }
        do {
            return try await api.createConversation(
                contact: contact, source: source, inbox: inbox.id, session: session)
        } catch {
            // The key belongs to another contact by now: what is known of the chat is of no use any more.
            guard error.code == .invalid else { throw .chatwoot(error) }
            throw .chatwoot(ChatwootError(code: .gone, status: error.status, message: error.message))
        }
    }

    /// Requesting the status costs a request, so it is done only when the result matters.
    private func asksForStatus(_ message: NewChatwootMessage, _ inbox: ChatwootInboxResponse) -> Bool {
        switch message.reach {
        case .existing: message.direction == .incoming
        case .opens: options.reopen != .always && !inbox.isLocked
        }
    }

    private func reuses(_ record: ChatwootConversationResponse, _ inbox: ChatwootInboxResponse) -> Bool {
        record.isMuted
            || options.reopen.reuses(lastActivity: record.lastActivity, at: clock.wall, isLocked: inbox.isLocked)
    }
}

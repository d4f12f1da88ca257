internal import RelayCore
internal import RelayHTTPClient
internal import RelayJSON

/// A message that is being forwarded.
struct MessageBeingForwarded {
    let message: NewChatwootMessage
    /// Nil when the event names no contact; then the chat is one that the ledger has.
    let contact: ChatwootContactProfile?
    let chat: ForwardedChatMapping.Key
    let key: ForwardedMessage.Key
    /// What the ledger has of earlier attempts.
    var earlier: ForwardedMessage?
}

/// Forwards messages, each exactly once.
extension ChatwootForwarder {
    /// How often one attempt looks for a new conversation, after someone deleted the conversation or merged the
    /// contact.
    private static let remaps = 1

    func post(
        _ message: NewChatwootMessage, in chat: ForwardedChatMapping.Key, of contact: ChatwootContactProfile?
    ) async throws(ForwardError) {
        let key = messageKey(message.sourceID, in: chat)
        let entry = try await entry(key)
        if let entry {
            // The message came from an agent and returned from WhatsApp, or it was forwarded before.
            if entry.direction == .returned || entry.state == .sent { return }
        }
        let posting = MessageBeingForwarded(message: message, contact: contact, chat: chat, key: key, earlier: entry)
        if let entry, let found = try await landed(entry, message.sourceID) {
            return try await settle(posting, in: found.conversation, as: found.message)
        }
        try await deliver(posting, remaps: Self.remaps)
    }

    private func entry(_ key: ForwardedMessage.Key) async throws(ForwardError) -> ForwardedMessage? {
        try await parts(of: key.message, in: key.chatKey).first { $0.key == key }
    }

    private func deliver(_ posting: MessageBeingForwarded, remaps: Int) async throws(ForwardError) {
        do {
            let message = posting.message
            guard let open = try await conversation(for: posting) else { return }
            // An incoming message would reopen the conversation, which an edit or a reaction must not do.
            let isQuiet = open.isResolved && message.reach == .existing && message.direction == .incoming
            try await send(isQuiet ? message.asNote : message, posting, into: open.id)
        } catch .chatwoot(let failure) where failure.code == .gone && remaps > 0 {
            // The conversation, or the contact, is gone: begin anew.
            inboxes.forget()
            try await record([.forgetChat(posting.chat)])
            var posting = posting
            posting.earlier = try await entry(posting.key)
            try await deliver(posting, remaps: remaps - 1)
        }
    }

    /// Where the message goes; nil where there is nothing yet and it opens nothing.
    private func conversation(for posting: MessageBeingForwarded) async throws(ForwardError) -> TargetConversation? {
        if posting.message.reach == .opens, let contact = posting.contact {
            return try await conversation(in: try await mapping(of: contact), for: posting.message)
        }
        guard let known = try await known(posting.chat) else { return nil }
        return try await conversation(in: known, for: posting.message)
    }

    private func send(
        _ message: NewChatwootMessage, _ posting: MessageBeingForwarded, into conversation: Int64
    ) async throws(ForwardError) {
        let replyTo = try await answered(message.reply, in: conversation, of: posting.chat)
        guard let intent = try await intend(posting, in: conversation) else { return }
        let sent: ChatwootMessageResponse
        do {
            sent = try await create(message, in: conversation, replyTo)
        } catch .chatwoot(let failure) where failure.code == .invalid {
            sent = try await createLesser(message, in: conversation, replyTo, after: failure, intent)
        }
        try await settle(posting, in: conversation, as: sent.id)
    }

    /// Records that a message is about to be sent. What an earlier attempt recorded stays: its message is looked for
    /// behind its own mark.
    /// - Returns: nil when the message has come to Chatwoot in another way since it was looked up.
    private func intend(_ posting: MessageBeingForwarded, in conversation: Int64) async throws(ForwardError)
        -> ForwardedMessage?
    {
        if let earlier = posting.earlier, earlier.state == .intended, earlier.conversation == conversation {
            return earlier
        }
        let intent = ForwardedMessage(
            key: posting.key, state: .intended, conversation: conversation, after: newest.value,
            updatedAt: clock.wall)
        if posting.earlier != nil {
            try await record([.message(intent)])
            return intent
        }
        let present = try await stored { () throws(StoreError) in try await ledger.intend(intent) }
        guard let present else { return intent }
        // An agent's message was sent under this id, or another process has forwarded it.
        if present.direction == .returned || present.state == .sent { return nil }
        throw .local("another attempt is forwarding the message")
    }

    /// Chatwoot's id of the message that one answers, when it is in the same conversation: elsewhere it resolves nothing.
    private func answered(
        _ reply: NewChatwootMessage.Reply?, in conversation: Int64, of chat: ForwardedChatMapping.Key
    ) async throws(ForwardError) -> Int64? {
        guard let reply else { return nil }
        return try await parts(of: reply.messageID, in: chat).first {
            $0.remote != nil && $0.conversation == conversation
        }?
        .remote
    }

    private func create(
        _ message: NewChatwootMessage, in conversation: Int64, _ replyTo: Int64?
    ) async throws(ForwardError) -> ChatwootMessageResponse {
        let content = replyTo == nil ? message.contentWithQuote : message.content
        guard !message.files.isEmpty else {
            let body = message.body(content, replyTo)
            return try await asked { () throws(ChatwootError) in
                try await api.createMessage(body, in: conversation)
            }
        }
        let form: MultipartFormBody
        do {
            form = try await files.form(message, content, replyTo)
        } catch {
            switch error {
            case .unavailable: return try await create(message.linkingFiles, in: conversation, replyTo)
            case .form(let failure): throw .local(failure.message)
            }
        }
        return try await asked { () throws(ChatwootError) in try await api.createMessage(form, in: conversation) }
    }

    /// Chatwoot rejected the message: tries once more with a reduced message.
    private func createLesser(
        _ message: NewChatwootMessage,
        in conversation: Int64,
        _ replyTo: Int64?,
        after failure: ChatwootError,
        _ intent: ForwardedMessage
    ) async throws(ForwardError) -> ChatwootMessageResponse {
        var last = failure
        if let lesser = message.lesser {
            do {
                return try await create(lesser, in: conversation, replyTo)
            } catch .chatwoot(let second) where second.code == .invalid {
                last = second
            }
        }
        try await giveUp(intent, because: last.message)
        throw .chatwoot(last)
    }

    // MARK: The outcome

    private func settle(_ posting: MessageBeingForwarded, in conversation: Int64, as id: Int64)
        async throws(ForwardError)
    {
        newest.raise(to: id)
        let entry = ForwardedMessage(
            key: posting.key, state: .sent, conversation: conversation, remote: id, updatedAt: clock.wall)
        try await record([.message(entry)])
        if posting.earlier?.state == .reported {
            await note(.recovered, about: posting.key, in: conversation, replyTo: id)
        }
        try await tellLosses(in: posting.chat)
    }

    /// The message that an earlier attempt created without receiving the response; nil when it created none.
    private func landed(
        _ entry: ForwardedMessage, _ sourceID: String
    ) async throws(ForwardError) -> (conversation: Int64, message: Int64)? {
        guard let conversation = entry.conversation else { return nil }
        do {
            let search = ChatwootMessageSearch(api: api, conversation: conversation)
            let found =
                if let after = entry.after {
                    try await search.find(sourceID, after: after)
                } else {
                    try await search.find(sourceID, since: entry.updatedAt)
                }
            return found.map { (conversation, $0) }
        } catch {
            // Without the conversation nothing of it is left.
            if error.code == .gone { return nil }
            throw .chatwoot(error)
        }
    }
}

internal import RelayCore

/// Changes to messages that are already in Chatwoot.
extension ChatwootForwarder {
    /// Deletes what a message became; what is gone already counts as deleted.
    func delete(_ id: String, in chat: ForwardedChatMapping.Key) async throws(ForwardError) {
        for part in try await parts(of: id, in: chat) {
            guard part.state == .sent, let remote = part.remote, let conversation = part.conversation else { continue }
            do {
                try await api.deleteMessage(remote, in: conversation)
            } catch {
                guard error.code == .gone else { throw .chatwoot(error) }
            }
        }
    }

    /// Moves the status of our own message, never back: Chatwoot itself would let it go back.
    func raise(_ id: String, in chat: ForwardedChatMapping.Key, to status: ChatwootMessageStatus)
        async throws(ForwardError)
    {
        guard let part = try await parts(of: id, in: chat).first(where: { $0.key.part.isEmpty && $0.state == .sent }),
            let remote = part.remote, let conversation = part.conversation
        else { return }
        // One message of an agent can be several messages on WhatsApp.
        let all = try await stored { () throws(StoreError) in
            try await ledger.forwardedMessages(destination: destination, remote: remote)
        }
        guard all.allSatisfy({ status.rank > ($0.status?.rank ?? 0) }) else { return }
        var error: String?
        if case .failed(let reason) = status { error = reason }
        do {
            try await api.setStatus(status.name, error: error, of: remote, in: conversation)
        } catch {
            // The message is gone, or too old a Chatwoot: a receipt is no reason to stop.
            guard [.gone, .invalid].contains(error.code) || error.status == 403 else { throw .chatwoot(error) }
        }
        var told = part
        told.status = MessageStatus(status)
        told.updatedAt = clock.wall
        try await record([.message(told)])
    }

    /// Sets the typing indicator. It is useless when late, so errors are ignored.
    func show(_ isTyping: Bool, of contact: ChatwootContactProfile?) async {
        guard let contact, let mapping = try? await known(chatKey(contact)), let source = mapping.contactSource,
            let conversation = mapping.conversation, let identifier = try? await inboxes.publicIdentifier()
        else { return }
        try? await api.setTyping(isTyping, source: source, conversation: conversation, inInbox: identifier)
    }

    /// Waits, not for long, while an agent's message to this chat is under way: until the gateway has told its id, its
    /// echo looks like a message from the phone.
    func letSendsEnd(in chat: ForwardedChatMapping.Key) async throws(ForwardError) {
        let deadline = clock.now + Self.sendGrace
        while true {
            let open = try await stored { () throws(StoreError) in
                try await ledger.forwardedMessages(
                    of: chat, direction: .returned, state: .intended, limit: 16)
            }
            let fresh = open.filter { clock.wall - $0.updatedAt < Self.sendTime }
            guard !fresh.isEmpty, clock.now < deadline, !Task.isCancelled else { return }
            try? await clock.sleep(until: clock.now + .milliseconds(100))
        }
    }

    /// The time after which the result of a send counts as unknown.
    private static let sendTime: Duration = .seconds(60)
    private static let sendGrace: Duration = .seconds(10)
}

extension MessageStatus {
    init(_ status: ChatwootMessageStatus) {
        self =
            switch status {
            case .sent: .sent
            case .delivered: .delivered
            case .read: .read
            case .failed: .failed
            }
    }

    /// The same order as ``ChatwootMessageStatus/rank``.
    var rank: Int {
        switch self {
        case .pending: 0
        case .sent: 1
        case .failed: 2
        case .delivered: 3
        case .read: 4
        }
    }
}

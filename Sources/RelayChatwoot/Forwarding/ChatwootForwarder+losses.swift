internal import RelayCore
internal import RelayJSON

/// Notifies agents of messages that could not be forwarded.
extension ChatwootForwarder {
    /// The maximum number of notifications at once.
    private static let atOnce = 5

    /// The last attempt has failed. What was under way is told of, now or when Chatwoot works again.
    func abandon(_ plan: ChatwootForwardPlan, because reason: String) async throws(ForwardError) {
        for action in plan.actions {
            guard let message = action.message, let chat = try await chat(of: action, plan.contact) else { continue }
            let key = messageKey(message.sourceID, in: chat)
            let entry = try await parts(of: key.message, in: chat).first { $0.key.part == key.part }
            if let entry, entry.state == .intended, entry.direction == .forwarded {
                try await giveUp(entry, because: reason)
            }
        }
    }

    func giveUp(_ intent: ForwardedMessage, because reason: String) async throws(ForwardError) {
        var entry = intent
        entry.state = .failed
        try await record([.message(entry)])
        try await tell(entry, reason)
    }

    /// Tells of what was given up while nothing could be told.
    func tellLosses(in chat: ForwardedChatMapping.Key) async throws(ForwardError) {
        guard options.alerts else { return }
        let lost = try await stored { () throws(StoreError) in
            try await ledger.forwardedMessages(of: chat, direction: .forwarded, state: .failed, limit: Self.atOnce)
        }
        for entry in lost { try await tell(entry, "") }
    }

    private func tell(_ lost: ForwardedMessage, _ reason: String) async throws(ForwardError) {
        guard let conversation = lost.conversation,
            await note(.notForwarded, about: lost.key, in: conversation, reason: reason)
        else { return }
        var entry = lost
        entry.state = .reported
        try await record([.message(entry)])
    }

    /// Posts a private note. Best effort: errors are ignored.
    /// - Returns: whether it was posted.
    @discardableResult
    func note(
        _ notice: AgentPhrase, about key: ForwardedMessage.Key, in conversation: Int64, replyTo: Int64? = nil,
        reason: String = ""
    ) async -> Bool {
        guard options.alerts else { return false }
        let text = "⚠️ " + notice.text(in: options.language, WhatsAppMarkdownConverter.plain(reason))
        var body: JSONObject = [
            "content": .string(LiquidTagEscaping.neutralized(text)), "message_type": "outgoing", "private": true,
            "source_id": .string("RELAY:\(notice.rawValue)#\(key.message)#\(key.part)"),
        ]
        if let replyTo { body["content_attributes"] = ["in_reply_to": .int(replyTo)] }
        return (try? await api.createMessage(body, in: conversation)) != nil
    }
}

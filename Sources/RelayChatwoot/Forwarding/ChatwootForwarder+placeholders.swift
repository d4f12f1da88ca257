internal import RelayCore

/// Placeholders of messages whose content arrives later. Chatwoot cannot change a message's text, so the placeholder is
/// deleted after the message itself has been posted.
extension ChatwootForwarder {
    /// Whether the message is a placeholder and the message itself was posted before.
    func isReplaced(_ message: NewChatwootMessage, in chat: ForwardedChatMapping.Key)
        async throws(ForwardError) -> Bool
    {
        let key = messageKey(message.sourceID, in: chat)
        guard key.part == ChatwootSourceID.placeholderPart else { return false }
        return try await parts(of: key.message, in: chat).contains { $0.key.part.isEmpty && $0.state == .sent }
    }

    /// Deletes the placeholder that stands for a message, once the message itself is in Chatwoot. Repeatable.
    func deletePlaceholder(of message: NewChatwootMessage, in chat: ForwardedChatMapping.Key)
        async throws(ForwardError)
    {
        let key = messageKey(message.sourceID, in: chat)
        guard key.part.isEmpty else { return }
        let parts = try await parts(of: key.message, in: chat)
        guard parts.contains(where: { $0.key.part.isEmpty && $0.state == .sent }),
            let placeholder = parts.first(where: { $0.key.part == ChatwootSourceID.placeholderPart }),
            let remote = placeholder.remote, let conversation = placeholder.conversation
        else { return }
        do {
            try await api.deleteMessage(remote, in: conversation)
        } catch {
            // The message is in Chatwoot, so a placeholder that stays is no reason to send it again.
            guard [.gone, .invalid].contains(error.code) || error.status == 403 else { throw .chatwoot(error) }
        }
        try await record([.forgetMessage(placeholder.key)])
    }
}

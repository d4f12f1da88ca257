internal import RelayCore

/// Notices about the session itself.
extension ChatwootForwarder {
    /// Tells that the session is lost, once until it is connected again: gateways tell the same loss several times, in
    /// several forms. After a day it is told again, for a destination that does not get `session.connected`.
    func tellSessionLost(
        _ notice: NewChatwootMessage, in chat: ForwardedChatMapping.Key, of contact: ChatwootContactProfile?
    ) async throws(ForwardError) {
        let key = messageKey(notice.sourceID, in: chat)
        let told = try await parts(of: key.message, in: chat).first { $0.key == key }
        if let told, told.state == .sent, clock.wall - told.updatedAt >= Self.reminderInterval {
            try await record([.forgetMessage(key)])
        }
        try await post(notice, in: chat, of: contact)
    }

    /// After this the next loss is a new one.
    func forgetSessionLost(in chat: ForwardedChatMapping.Key) async throws(ForwardError) {
        let key = messageKey(ChatwootSourceID.sessionLost, in: chat)
        guard try await !parts(of: key.message, in: chat).isEmpty else { return }
        try await record([.forgetMessage(key)])
    }

    private static let reminderInterval: Duration = .seconds(86_400)
}

internal import RelayCore
internal import RelayJSON

/// Calls: live call events, and call logs in a chat.
extension ChatwootEventPlanner {
    var call: ChatwootForwardAction {
        guard options.calls != .off else { return .nothing(.option) }
        guard !isFromMe else { return .nothing(.irrelevant) }
        let isVideo = payload.flag("isVideo")
        let notice: AgentPhrase
        switch payload.text("status") {
        // A call that was offered while the phone was offline has ended.
        case "offer" where payload.flag("offline"), "timeout", "missed":
            notice = isVideo ? .missedVideoCall : .missedCall
        case "offer": notice = isVideo ? .videoCall : .call
        case "reject": notice = .declinedCall
        case "accept": notice = .answeredCall
        default: return .nothing(.irrelevant)
        }
        let isOffer = payload.text("status") == "offer"
        return callMessage(
            notice, sourceID: callKey(payload.text("status") ?? ""), isMessage: isOffer && options.calls == .message)
    }

    /// `call_log`, a separate message.
    var loggedCall: ChatwootForwardAction {
        guard options.calls != .off else { return .nothing(.option) }
        let content = payload["content"]?.object ?? JSONObject()
        let notice: AgentPhrase
        switch content.text("outcome") {
        case "missed", "silenced_by_dnd", "silenced_unknown_caller":
            notice = content.flag("video") ? .missedVideoCall : .missedCall
        case "rejected": notice = .declinedCall
        case "connected", "accepted_elsewhere", "ongoing": notice = .answeredCall
        default: return .nothing(.irrelevant)
        }
        let isMissed = notice == .missedCall || notice == .missedVideoCall
        return callMessage(
            notice, sourceID: ChatwootSourceID.message(messageID),
            isMessage: isMissed && !isFromMe && options.calls == .message)
    }

    private func callKey(_ status: String) -> String {
        guard let id = payload.text("callId") else { return ChatwootSourceID.event(event) }
        return ChatwootSourceID.message(id, "call-\(status)")
    }

    private func callMessage(_ notice: AgentPhrase, sourceID: String, isMessage: Bool) -> ChatwootForwardAction {
        let text = [signature, "📞 " + notice.text(in: language)].compactMap { $0 }.joined(separator: " ")
        return .message(
            NewChatwootMessage(
                sourceID: sourceID,
                direction: isMessage ? .incoming : .note,
                reach: isMessage ? .opens : .existing,
                content: isMessage ? text : LiquidTagEscaping.neutralized(text),
                reply: nil,
                files: [],
                sentAt: sentAt
            ))
    }
}

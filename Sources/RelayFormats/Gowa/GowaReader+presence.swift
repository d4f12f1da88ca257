internal import RelayCore
internal import RelayJSON

/// `chat_presence`.
extension GowaReader {
    func presence(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let state = try text(payload, "state", "\"composing\" or \"paused\"", at: pointer)
        let key = GowaMessageOrigin(payload, own: own)
        guard let chat = key.chat else { throw wrong("must be the chat's JID", at: pointer + "/chat_id") }
        return PresenceFacts(
            chat: chat,
            member: key.author,
            presence: state == "composing" && payload.text("media") == "audio" ? "recording" : state,
            at: sentAt,
            receivedAt: receivedAt
        ).event(session: session, key: dedupKey(.presenceUpdated, chat: chat.id, payload))
    }
}

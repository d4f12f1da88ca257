internal import RelayCore
internal import RelayJSON

/// What a format has read about a person's presence in a chat.
struct PresenceFacts {
    var chat: PersonIdentity
    var member: PersonIdentity?
    /// WhatsApp's value: `available`, `unavailable`, `composing`, `recording`, `paused`.
    var presence: String
    var lastSeen: Timestamp?
    var at: Timestamp?
    var receivedAt: Timestamp

    /// - Parameter key: the deduplication key; nil when repetitions cannot be recognized.
    func event(session: String, key: String? = nil) -> ParsedEvent {
        let participant = member?.id == chat.id ? nil : member
        var payload = JSONObject()
        payload.append("chatId", .string(chat.id.description))
        payload.append("participant", orNull: participant?.id.description)
        payload.append("presence", .string(presence))
        payload.append("lastSeen", orNull: lastSeen?.seconds)
        payload.append("isGroup", .bool(chat.id.isGroup))
        payload.append("chatKind", .string(chat.id.chatKind.rawValue))
        payload.append("timestamp", .int((at ?? receivedAt).seconds))
        payload.append("chatLid", known: chat.lid?.description)
        payload.append("participantLid", known: participant?.lid?.description)
        return ParsedEvent(
            type: .presenceUpdated,
            session: session,
            chat: chat.id.description,
            dedupKey: key,
            occurredAt: at,
            payload: payload
        )
    }
}

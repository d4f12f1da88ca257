internal import RelayCore
internal import RelayJSON

/// What a format has read about a call: its offer, or a later state. Each one is an event with its `status`.
struct CallFacts {
    var id: String
    /// The chat; the caller's when the gateway names no other.
    var chat: JID
    var caller: PersonIdentity?
    var status: String
    /// Nil when the gateway does not report it.
    var isVideo: Bool?
    /// The group that the call is in.
    var group: JID?
    var isGroup: Bool
    /// Whether the call was offered while the session was offline; nil when the gateway does not report it.
    var isOffline: Bool?
    var at: Timestamp?
    var receivedAt: Timestamp
    /// Payload fields that only this format has; they are added at the end.
    var extra = JSONObject()

    func event(session: String) -> ParsedEvent {
        let chatID = chat.description
        var payload = JSONObject()
        payload.append("callId", .string(id))
        payload.append("chatId", .string(chatID))
        payload.append("from", orNull: caller?.id.description)
        payload.append("status", .string(status))
        payload.append("isVideo", isVideo.map(JSON.bool) ?? .null)
        payload.append("isGroup", .bool(isGroup || group != nil))
        payload.append("groupId", orNull: group?.description)
        payload.append("offline", isOffline.map(JSON.bool) ?? .null)
        payload.append("timestamp", .int((at ?? receivedAt).seconds))
        if at == nil { payload.append("timestampSource", .string("received")) }
        payload.append("chatLid", known: caller?.lid?.description)
        for (key, value) in extra { payload.append(key, value) }
        let type = EventType.callReceived
        return ParsedEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: DeduplicationKeyBuilder.make(type, chat: chatID, message: id, status),
            occurredAt: at,
            payload: payload
        )
    }
}

internal import RelayCore
internal import RelayJSON

/// What a dialect has found out about a call: it is offered, and what becomes of it, each an event with its `status`.
struct CallFacts {
    var id: String
    /// The conversation; the caller's when the gateway tells no other.
    var chat: JID
    var caller: PersonIdentity?
    var status: String
    /// Nil where the gateway does not tell.
    var isVideo: Bool?
    /// The group that the call is in.
    var group: JID?
    var isGroup: Bool
    /// Whether it was offered while we were away; nil where the gateway does not tell.
    var isOffline: Bool?
    var at: Timestamp?
    var receivedAt: Timestamp
    /// Fields of this dialect alone, to stand at the end of the payload.
    var extra = JSONObject()

    func event(session: String) -> NewEvent {
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
        return NewEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: DeduplicationKey.make(type, chat: chatID, message: id, status),
            occurredAt: at,
            payload: payload
        )
    }
}

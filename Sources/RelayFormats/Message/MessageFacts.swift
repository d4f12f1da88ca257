internal import RelayCore
internal import RelayJSON

/// What a format has read about a message. ``payload(for:)`` writes it with the fields of stage-07.
struct MessageFacts {
    var id: String
    var chat: PersonIdentity?
    var author: PersonIdentity?
    var isFromMe: Bool
    var content: MessageContent
    /// The author's chosen name, as received with the message.
    var pushName: String?
    /// The name of the author's business, verified by WhatsApp.
    var verifiedName: String?
    /// The author's name in the phone's address book.
    var savedName: String?
    /// The time at which it was sent; nil when the gateway does not report it.
    var sentAt: Timestamp?
    var receivedAt: Timestamp
    /// The id of the message that this one edits, deletes or reacts to.
    var target: String?
    var broadcastList: JID?
    /// Whether it comes from a history synchronization.
    var isHistory = false
    /// Payload fields that only this format has; they are added at the end.
    var extra = JSONObject()
    /// Whether the gateway reports an edit or a deletion in two documents, of which one does not name the chat. If so,
    /// their deduplication keys leave out the chat.
    var changesMayLackChat = false

    /// The author's name for display; nil for messages sent by the account.
    private var authorName: String? { isFromMe ? nil : verifiedName ?? savedName ?? pushName }

    func payload(for type: EventType) -> JSONObject {
        let chatID = chat?.id
        let kind = chatID?.chatKind
        let isGroup = kind == .group
        let hasMembers = kind?.hasMembers == true
        let participant = hasMembers && author?.id != chatID ? author : nil
        let contactName = kind == .direct ? authorName : nil

        var payload = JSONObject()
        payload.reserveCapacity(32)
        payload.append("messageId", .string(id))
        payload.append("chatId", orNull: chatID?.description)
        payload.append("from", orNull: author?.id.description)
        if type == .messageSent { payload.append("to", orNull: chatID?.description) }
        payload.append("participant", orNull: participant?.id.description)
        payload.append("type", .string(content.type))
        payload.append("content", content.content.map(JSON.object) ?? .null)
        payload.append("chatName", .null)
        payload.append("chatImageUrl", .null)
        payload.append("participantName", orNull: hasMembers ? authorName : nil)
        payload.append("groupId", orNull: isGroup ? chatID?.description : nil)
        payload.append("groupName", .null)
        payload.append("groupImageUrl", .null)
        payload.append("contactName", orNull: contactName)
        payload.append("contactImageUrl", .null)
        payload.append("isGroup", .bool(isGroup))
        payload.append("timestamp", .int((sentAt ?? receivedAt).seconds))
        payload.append("fromMe", .bool(isFromMe))
        payload.append("chatKind", orNull: kind?.rawValue)
        payload.append("wa_message_id", .string(id))
        appendDetails(to: &payload, participant: participant)
        return payload
    }

    /// Adds the optional fields that have a value.
    private func appendDetails(to payload: inout JSONObject, participant: PersonIdentity?) {
        if sentAt == nil { payload.append("timestampSource", .string("received")) }
        payload.append("chatLid", known: chat?.lid?.description)
        payload.append("participantLid", known: participant?.lid?.description)
        if !isFromMe {
            payload.append("pushName", known: pushName)
            payload.append("verifiedName", known: verifiedName)
        }
        payload.append("targetMessageId", known: target)
        payload.append("broadcastList", known: broadcastList?.description)
        content.context.append(to: &payload)
        payload.append("viewOnce", raised: content.isViewOnce)
        payload.append("ephemeral", raised: content.isEphemeral || content.context.isEphemeral)
        payload.append("history", raised: isHistory)
        if let media = content.media, media.namesFile { payload.append("raw_media", .object(media.object)) }
        for (key, value) in extra { payload.append(key, value) }
    }

    /// A name; nil for an empty text and for a JID, which gateways send when they do not know the name.
    static func name(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard let jid = JID(text) else { return text }
        return jid.isPhone || jid.isLID || jid.isGroup ? nil : text
    }
}

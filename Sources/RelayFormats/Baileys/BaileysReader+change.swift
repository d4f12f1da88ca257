internal import RelayCore
internal import RelayJSON

/// Changes to earlier messages. Baileys reports each reaction, edit and deletion twice: as a message and as a separate
/// event. Both get the same deduplication key.
extension BaileysReader {
    /// `messages.reaction`: `{key: target message, reaction: {key: reaction message, text, senderTimestampMs}}`.
    func reaction(_ item: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let target = BaileysMessageKey(try object(item["key"], at: pointer + "/key"))
        let reaction = try object(item["reaction"], at: pointer + "/reaction")
        let targetID = try id(of: target, at: pointer + "/key")
        let own = reaction["key"]?.object.map { BaileysMessageKey($0) }
        guard let chat = PersonIdentity.better(own?.chat, target.chat) else {
            throw wrong("must be the chat's JID", at: pointer + "/key/remoteJid")
        }
        let moment = GatewayTimeReader.timestamp(reaction["senderTimestampMs"])
        let facts = MessageFacts(
            id: own?.id ?? "",
            chat: chat,
            author: own?.author,
            isFromMe: own?.isFromMe ?? false,
            content: MessageContent(type: "reaction", content: nil),
            sentAt: moment,
            receivedAt: receivedAt
        )
        return [facts.reaction(.init(target: targetID, emoji: reaction.text("text"), at: moment), session: session)]
    }

    /// `messages.delete`: messages that the account deleted on another device for itself only, or a whole chat.
    func deletion(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        if data.flag("all") {
            let chat = try jid(data, "jid", "the chat's JID", at: pointer)
            let facts = MessageFacts(
                id: "",
                chat: PersonIdentity(chat),
                isFromMe: true,
                content: MessageContent(type: "deleted", content: nil),
                receivedAt: receivedAt
            )
            var payload = facts.payload(for: .messageDeleted)
            for id in ["messageId", "wa_message_id"] { payload[id] = .null }
            payload.append("deletedFor", .string("me"))
            payload.append("all", .bool(true))
            return [event(.messageDeleted, chat: chat, payload)]
        }
        let keys = try array(data, "keys", "an array of message keys", at: pointer)
        return try each(.array(keys), at: pointer + "/keys") { key, pointer throws(InvalidDocumentError) in
            let key = BaileysMessageKey(key)
            let facts = facts(of: key, at: nil)
            return [facts.deletion(of: try id(of: key, at: pointer), isOnlyOurs: true, session: session)]
        }
    }
}

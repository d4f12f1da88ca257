internal import RelayCore
internal import RelayJSON

/// The chat and the author of an event of gowa: `chat_id` and `from`, each with its LID.
struct GowaMessageOrigin {
    /// The conversation; nil when the payload names none.
    let chat: PersonIdentity?
    /// The author; nil when unknown.
    let author: PersonIdentity?
    let isFromMe: Bool
    /// The broadcast list through which a message was received; its chat is then the author's.
    let broadcastList: JID?

    /// - Parameter own: the account's own JID.
    init(_ payload: JSONObject, own: JID?) {
        // Before version 8, `from` could be `A@s.whatsapp.net in B@g.us`.
        let (sender, group) = Self.parts(payload.text("from"))
        let from = PersonIdentity(sender, alternates: [payload.jid("from_lid")])
        let isFromMe = payload["is_from_me"]?.bool ?? (from != nil && from?.id == own)
        var chat = payload.jid("chat_id") ?? group
        if chat == nil, let sender, sender.user == payload.text("chat_id") { chat = sender }

        var key = JSONObject()
        key.append("fromMe", .bool(isFromMe))
        key.append("participant", known: from?.id.description)
        key.append("participantAlt", known: from?.lid?.description)
        if let from, let jid = chat, !isFromMe, Self.isOtherSide(from, of: jid, own: own) {
            chat = from.id
            key.append("remoteJidAlt", known: from.lid?.description)
        } else {
            key.append("remoteJidAlt", known: payload.jid("chat_lid")?.description)
        }
        key.append("remoteJid", known: chat?.description)
        let read = BaileysMessageKey(key)
        self.isFromMe = isFromMe
        self.chat = read.chat
        author = isFromMe ? from : read.author
        broadcastList = read.broadcastList
    }

    /// Whether the author is the other side of a direct chat whose JID is a different one: the author's LID, as in
    /// receipts and presences, or the account's own JID, as in gowa's own samples.
    private static func isOtherSide(_ author: PersonIdentity, of chat: JID, own: JID?) -> Bool {
        guard chat.chatKind == .direct, author.id.chatKind == .direct else { return false }
        return chat == author.lid || (chat == own && author.id != own)
    }

    private static func parts(_ from: String?) -> (sender: JID?, group: JID?) {
        let parts = (from ?? "").split(separator: " ")
        guard parts.count == 3, parts[1] == "in" else { return (from.flatMap { JID($0) }, nil) }
        return (JID(parts[0]), JID(parts[2]))
    }
}

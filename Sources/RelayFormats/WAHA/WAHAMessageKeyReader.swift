internal import RelayCore
internal import RelayJSON

/// Reads the chat and the author of a WAHA message from its id, and the phone number of a LID from the engine's own
/// data (`_data`).
enum WAHAMessageKeyReader {
    /// The second person that a message names besides its chat.
    enum SecondPerson {
        /// Its author, from `participant` or from the id.
        case author
        /// The person who acknowledged it, from `participant` only: the id contains the account itself.
        case recipient
    }

    /// Nil when the message has no id that names its chat.
    static func read(_ message: JSONObject, _ role: SecondPerson = .author) -> BaileysMessageKey? {
        let serialized = WAHAMessageID(message["id"])
        // The engine WPP sometimes sends a key instead of a message.
        guard let chat = serialized?.chat ?? message.jid("remoteJid"),
            let id = serialized?.id ?? message.text("id")
        else { return nil }
        let data = message["_data"]?.object ?? JSONObject()
        // NOWEB includes a key of Baileys. GOWS includes the message's `Info`, or its fields directly in a receipt.
        let inner = data["key"]?.object ?? JSONObject()
        let info = data["Info"]?.object ?? data
        let isFromMe = message["fromMe"]?.bool ?? serialized?.isFromMe ?? false
        var member = jid(message["participant"])
        switch role {
        case .author:
            member = member ?? serialized?.participant ?? jid(message["author"]) ?? jid(data["author"])
        case .recipient:
            member = member ?? data["receipt"]?.object?.jid("userJid")
        }

        let isInfoOurs = info["IsFromMe"]?.bool ?? isFromMe
        let others = isInfoOurs ? ["RecipientAlt"] : ["SenderAlt", "Sender"]
        let direct =
            ["remoteJidAlt", "remoteJid"].map(inner.jid) + (["Chat"] + others).map(info.jid)
            + (isFromMe ? [] : ["senderPn", "senderLid"].map(inner.jid))
        let members =
            ["participantAlt", "participantPn", "participantLid", "participant"].map(inner.jid)
            + ["SenderAlt", "Sender"].map(info.jid)
        var key = JSONObject()
        key.append("id", .string(id))
        key.append("fromMe", .bool(isFromMe))
        key.append("remoteJid", .string(chat.description))
        key.append("remoteJidAlt", known: alternate(to: chat, among: direct)?.description)
        key.append("participant", known: member?.description)
        key.append("participantAlt", known: alternate(to: member, among: members)?.description)
        return BaileysMessageKey(key)
    }

    /// A JID as the engines write it: a string, or WhatsApp Web's object with the string in `_serialized`.
    static func jid(_ json: JSON?) -> JID? {
        (json?.string ?? json?["_serialized"]?.string).flatMap { JID($0) }
    }

    /// The phone JID that belongs to a LID, or the LID that belongs to a phone JID.
    private static func alternate(to jid: JID?, among candidates: [JID?]) -> JID? {
        guard let jid, jid.isPhone || jid.isLID else { return nil }
        return candidates.lazy.compactMap { $0 }.first { jid.isPhone ? $0.isLID : $0.isPhone }
    }
}

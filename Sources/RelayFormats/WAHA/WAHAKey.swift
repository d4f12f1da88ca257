internal import RelayCore
internal import RelayJSON

/// Where a message of WAHA is and who wrote it. Its id tells; the engine's own data (`_data`) know the phone behind a
/// hidden identity.
enum WAHAKey {
    /// Who else the message names beside its chat.
    enum Member {
        /// Its author, in `participant` or in the id.
        case author
        /// Whoever acknowledged it, in `participant` alone: in the id it is ourselves.
        case recipient
    }

    /// Nil when the message has no id that names its chat.
    static func read(_ message: JSONObject, _ role: Member = .author) -> MessageKey? {
        let serialized = WAHAMessageID(message["id"])
        // WPP hands on a key instead of a message, here and there.
        guard let chat = serialized?.chat ?? message.address("remoteJid"),
            let id = serialized?.id ?? message.text("id")
        else { return nil }
        let data = message["_data"]?.object ?? JSONObject()
        // NOWEB has a key of Baileys; GOWS the description of the message, and in a receipt its fields.
        let inner = data["key"]?.object ?? JSONObject()
        let info = data["Info"]?.object ?? data
        let isFromMe = message["fromMe"]?.bool ?? serialized?.isFromMe ?? false
        var member = address(message["participant"])
        switch role {
        case .author:
            member = member ?? serialized?.participant ?? address(message["author"]) ?? address(data["author"])
        case .recipient:
            member = member ?? data["receipt"]?.object?.address("userJid")
        }

        let isInfoOurs = info["IsFromMe"]?.bool ?? isFromMe
        let others = isInfoOurs ? ["RecipientAlt"] : ["SenderAlt", "Sender"]
        let direct =
            ["remoteJidAlt", "remoteJid"].map(inner.address) + (["Chat"] + others).map(info.address)
            + (isFromMe ? [] : ["senderPn", "senderLid"].map(inner.address))
        let members =
            ["participantAlt", "participantPn", "participantLid", "participant"].map(inner.address)
            + ["SenderAlt", "Sender"].map(info.address)
        var key = JSONObject()
        key.append("id", .string(id))
        key.append("fromMe", .bool(isFromMe))
        key.append("remoteJid", .string(chat.description))
        key.append("remoteJidAlt", known: alternate(to: chat, among: direct)?.description)
        key.append("participant", known: member?.description)
        key.append("participantAlt", known: alternate(to: member, among: members)?.description)
        return MessageKey(key)
    }

    /// An address as engines write it: a text, or WhatsApp Web's object with the text in `_serialized`.
    static func address(_ json: JSON?) -> JID? {
        (json?.string ?? json?["_serialized"]?.string).flatMap { JID($0) }
    }

    /// The phone of a hidden identity, or the hidden identity of a phone.
    private static func alternate(to address: JID?, among candidates: [JID?]) -> JID? {
        guard let address, address.isPhone || address.isLID else { return nil }
        return candidates.lazy.compactMap { $0 }.first { address.isPhone ? $0.isLID : $0.isPhone }
    }
}

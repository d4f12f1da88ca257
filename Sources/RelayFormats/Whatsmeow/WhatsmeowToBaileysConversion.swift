internal import RelayCore
internal import RelayJSON

/// A message of whatsmeow, `{Info, Message, IsEphemeral …}`, converted to Baileys' form. Every gateway built on
/// whatsmeow posts it, alone or inside an envelope of its own (reference whatsapp.md, A5).
struct WhatsmeowToBaileysConversion {
    /// `{key, message, messageTimestamp, pushName …}`.
    let webMessage: JSONObject
    /// What the gateway added to the content: the file.
    let extras: MessageNodeSupplement

    /// - Parameter event: an object with `Info`; the result is nil when `Info` is missing.
    init?(_ event: JSONObject) {
        guard let info = event["Info"]?.object else { return nil }
        var content = event["Message"]?.object
        extras = MessageNodeSupplement(
            file: content?.embeddedFile("base64") ?? event.embeddedFile("base64"),
            gatewayURL: content?.text("mediaUrl") ?? event.text("mediaUrl")
        )
        let mimetype = content?.text("mimetype")
        for field in ["base64", "mediaUrl", "mimetype"] { content?[field] = nil }
        var message = JSONObject()
        message.append("key", .object(Self.key(info)))
        message.append("messageTimestamp", info["Timestamp"] ?? .null)
        message.append("pushName", info["PushName"] ?? .null)
        let verified = info["VerifiedName"]?["Details"]?.object
        message.append("verifiedBizName", orNull: verified?.text("verifiedName") ?? info.text("VerifiedName"))
        if let content {
            let node = Self.withOwnFile(WhatsmeowFieldRenaming.renamed(content), extras, mimetype: mimetype)
            message.append("message", .object(Self.wrapped(Self.named(node, info, event), event)))
        } else if let reason = event.text("UnavailableType") ?? (event.flag("IsUnavailable") ? "unavailable" : nil) {
            // Only the phone has the content, as with view-once messages.
            message.append("messageStubType", 2)
            message.append("messageStubParameters", [.string(reason)])
        }
        webMessage = message
    }

    /// The key of the message in Baileys' form. whatsmeow sends the other side's second JID as `SenderAlt` for received
    /// messages and as `RecipientAlt` for sent ones.
    private static func key(_ info: JSONObject) -> JSONObject {
        let isFromMe = info.flag("IsFromMe")
        let chat = info.jid("Chat")
        let sender = info.jid("Sender")
        var key = JSONObject()
        key.append("id", info["ID"] ?? .null)
        key.append("fromMe", .bool(isFromMe))
        guard chat?.chatKind == .direct else {
            key.append("remoteJid", info["Chat"] ?? .null)
            key.append("participant", info["Sender"] ?? .null)
            key.append("participantAlt", info["SenderAlt"] ?? .null)
            return key
        }
        let other = info.jid(isFromMe ? "RecipientAlt" : "SenderAlt")
        // Evolution Go sends the account's own JID as the chat when both sides use LIDs.
        let isMistaken = isFromMe && other != nil && chat == sender
        key.append("remoteJid", orNull: (isMistaken ? other : chat)?.description)
        key.append("remoteJidAlt", orNull: isMistaken ? nil : other?.description)
        return key
    }

    /// Adds the type of a protocol message, which Go omits when it is zero, from the event's own flags.
    private static func named(_ node: JSONObject, _ info: JSONObject, _ event: JSONObject) -> JSONObject {
        guard var change = node["protocolMessage"]?.object, change["type"] ?? .null == .null else { return node }
        let isRevoke = event.flag("IsRevoke") || ["7", "8"].contains(info.text("Edit"))
        let isEdit = event.flag("IsEdit") || info.text("Edit") == "1"
        let told = isRevoke ? "REVOKE" : isEdit ? "MESSAGE_EDIT" : nil
        guard let type = change.text("typeName") ?? told else { return node }
        change["type"] = .string(type)
        var named = node
        named["protocolMessage"] = .object(change)
        return named
    }

    /// Adds the wrappers again that whatsmeow replaces with flags.
    private static func wrapped(_ node: JSONObject, _ event: JSONObject) -> JSONObject {
        var wrapped = node
        if event.flag("IsViewOnce") || event.flag("IsViewOnceV2") || event.flag("IsViewOnceV2Extension") {
            wrapped = ["viewOnceMessage": ["message": .object(wrapped)]]
        }
        if event.flag("IsEphemeral") { wrapped = ["ephemeralMessage": ["message": .object(wrapped)]] }
        return wrapped
    }

    /// Evolution Go converts stickers to PNG, so the sizes and hashes of the original sticker do not match its file.
    private static func withOwnFile(_ node: JSONObject, _ extras: MessageNodeSupplement, mimetype: String?)
        -> JSONObject
    {
        let isPNG = mimetype == "image/png" || extras.file?.string?.hasPrefix("iVBORw0KGgo") == true
        guard isPNG, let sticker = node["stickerMessage"]?.object else { return node }
        var plain: JSONObject = ["mimetype": "image/png"]
        for field in ["width", "height", "isAnimated", "isLottie", "contextInfo"] { plain[field] = sticker[field] }
        var own = node
        own["stickerMessage"] = .object(plain)
        return own
    }
}

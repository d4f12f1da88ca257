internal import RelayCore
internal import RelayJSON

/// The content of a message: `payload.type`, `payload.content`, and its media.
struct MessageContent {
    var type: String
    /// Nil for a deleted message.
    var content: JSONObject?
    var media: MediaReference?
    var context = MessageContext()
    var isViewOnce = false
    var isEphemeral = false

    init(type: String, content: JSONObject?, media: MediaReference? = nil) {
        self.type = type
        self.content = content
        self.media = media
    }

    init(_ opened: UnwrappedMessage) {
        self.init(quoted: opened)
        context = MessageContext(opened.node["contextInfo"]?.object)
        isViewOnce = opened.isViewOnce || opened.node["viewOnce"]?.bool == true
        isEphemeral = opened.isEphemeral
    }

    /// The content of a quoted message. Its own context, and what it quotes in turn, are left out.
    init(quoted opened: UnwrappedMessage) {
        self = Self.mapped(opened) ?? Self.unsupported(opened)
    }

    /// The content of a message without a mapping, with the reason and the readable parts.
    static func unsupported(reason: String) -> MessageContent {
        MessageContent(type: "unsupported", content: ["reason": .string(reason)])
    }

    /// One line of text for the message: its text, caption, name or title.
    var summary: String? {
        guard let content else { return nil }
        return ["text", "caption", "name", "title", "fileName"].lazy.compactMap { content.text($0) }.first
    }

    private static func unsupported(_ opened: UnwrappedMessage) -> MessageContent {
        var content = JSONObject()
        if opened.name == "secretEncryptedMessage" {
            content.append("reason", .string("encrypted_edit"))
            content.append("targetMessageId", known: opened.node["targetMessageKey"]?.object?.text("id"))
        }
        var raw = JSONObject()
        if let name = opened.name {
            raw.append(name, MessageNodeRedaction.scrub(opened.node))
        } else {
            raw = MessageNodeRedaction.scrub(.object(opened.message)).object ?? raw
        }
        content.append("raw", .object(raw))
        return MessageContent(type: "unsupported", content: content)
    }

    private static func mapped(_ opened: UnwrappedMessage) -> MessageContent? {
        guard let name = opened.name else { return nil }
        if name == "conversation" {
            return opened.node.string.map { MessageContent(type: "text", content: ["text": .string($0)]) }
        }
        guard let node = opened.node.object else { return nil }
        switch name {
        case "extendedTextMessage": return text(node)
        case "imageMessage": return image(node)
        case "videoMessage": return video(node, isRound: false)
        case "ptvMessage": return video(node, isRound: true)
        case "audioMessage": return audio(node)
        case "documentMessage": return document(node)
        case "stickerMessage": return sticker(node)
        case "albumMessage": return album(node)
        case "locationMessage": return location(node, isLive: false)
        case "liveLocationMessage": return location(node, isLive: true)
        case "contactMessage": return contacts([.object(node)])
        case "contactsArrayMessage": return contacts(node["contacts"]?.array ?? [])
        case "buttonsResponseMessage":
            return buttonReply(id: node.text("selectedButtonId"), text: node.text("selectedDisplayText"), node)
        case "templateButtonReplyMessage":
            return buttonReply(id: node.text("selectedId"), text: node.text("selectedDisplayText"), node)
        case "listResponseMessage": return listReply(node)
        case "interactiveResponseMessage": return interactiveReply(node)
        case "buttonsMessage", "listMessage", "templateMessage", "interactiveMessage": return menu(name, node)
        case "pollCreationMessage", "pollCreationMessageV2", "pollCreationMessageV3", "pollCreationMessageV4",
            "pollCreationMessageV5":
            return poll(node, secret: opened.message["messageContextInfo"]?["messageSecret"])
        case "pollUpdateMessage": return pollVote(node)
        case "orderMessage": return order(node)
        case "productMessage": return product(node)
        case "groupInviteMessage": return groupInvite(node)
        case "callLogMesssage": return callLog(node)
        case "pinInChatMessage": return pin(node)
        default: return nil
        }
    }

    private static func text(_ node: JSONObject) -> MessageContent? {
        guard let text = node["text"]?.string else { return nil }
        var content: JSONObject = ["text": .string(text)]
        var link = JSONObject()
        link.append("url", known: node.text("canonicalUrl") ?? node.text("matchedText"))
        link.append("title", known: node.text("title"))
        link.append("description", known: node.text("description"))
        if !link.isEmpty { content.append("link", .object(link)) }
        return MessageContent(type: "text", content: content)
    }
}

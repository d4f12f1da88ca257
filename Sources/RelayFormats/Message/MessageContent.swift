internal import RelayCore
internal import RelayJSON

/// The content of a message: `payload.type`, `payload.content`, and its media.
struct MessageContent {
    var type: String
    /// Nil for a deleted message.
    var content: JSONObject?
    var media: MediaReference?
    var context = MessageContext()
    /// Whether the gateway marks the message as one that can be opened only once.
    var isMarkedViewOnce = false
    /// Whether it is a menu of a business; its media is then the header of the menu.
    var isMenu = false
    var isEphemeral = false
    /// Whether it is `unsupported` only because the message has no text and nothing else.
    var isTextless = false

    init(type: String, content: JSONObject?, media: MediaReference? = nil) {
        self.type = type
        self.content = content
        self.media = media
    }

    init(_ opened: UnwrappedMessage) {
        self.init(quoted: opened)
        context = MessageContext(opened.node["contextInfo"]?.object)
        isMarkedViewOnce = opened.isViewOnce || opened.node["viewOnce"]?.bool == true
        isEphemeral = opened.isEphemeral
    }

    /// The content of a quoted message. Its own context, and what it quotes in turn, are left out.
    init(quoted opened: UnwrappedMessage) {
        self = Self.mapped(opened) ?? Self.unsupported(opened)
    }

    /// The content of a message that cannot be read.
    /// - Parameter detail: what the gateway says about the reason, as it wrote it.
    static func unsupported(_ reason: UnsupportedMessageReason, detail: String? = nil) -> MessageContent {
        var content: JSONObject = ["reason": .string(reason.rawValue)]
        content.append("detail", known: detail)
        return MessageContent(type: "unsupported", content: content)
    }

    /// Whether the message itself may still arrive under the same id.
    var mayStillArrive: Bool {
        let reason = content?.text("reason").flatMap { UnsupportedMessageReason(rawValue: $0) }
        return type == "unsupported" && reason?.mayStillArrive == true
    }

    /// Whether the message can be opened only once. Only media can; bridges use the same wrapper to send menus.
    var isViewOnce: Bool {
        isMarkedViewOnce && !isMenu && (MediaKind(rawValue: type) != nil || type == "unsupported")
    }

    /// Whether what it says is encrypted, so that only the message that it refers to can be named.
    var isEncrypted: Bool { content?["encrypted"]?.object != nil && content?["selectedOptions"] == nil }

    /// The content of a message that only tells of the advertisement through which a person came; nil for any other.
    var advertisementClick: MessageContent? {
        guard hasNoText, let referral = context.referral, referral.isAdvertisement else { return nil }
        let title = referral.object.text("title") ?? referral.object.text("body")
        var click = MessageContent(type: "ad_click", content: ["title": title.map(JSON.string) ?? .null])
        click.context = context
        click.isEphemeral = isEphemeral
        return click
    }

    /// Whether it is a text message without text.
    private var hasNoText: Bool {
        switch type {
        case "text": content?.text("text") == nil
        case "unsupported": isTextless
        default: false
        }
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
        // A message without its content: the sender, often a bank, hides the content on linked devices.
        if opened.name == "placeholderMessage" {
            content.append("reason", .string(UnsupportedMessageReason.hiddenOnLinkedDevices.rawValue))
        }
        let raw = opened.name.map { [$0: opened.node] as JSONObject } ?? opened.message
        content.append("raw", .object(MessageNodeRedaction.scrub(raw)))
        var unsupported = MessageContent(type: "unsupported", content: content)
        unsupported.isTextless = opened.name == "extendedTextMessage"
        return unsupported
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
        case "stickerPackMessage": return stickerPack(node)
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
        case "buttonsMessage", "listMessage", "templateMessage", "interactiveMessage": return menu(node)
        case "highlyStructuredMessage": return node["hydratedHsm"]?["templateMessage"]?.object.flatMap { menu($0) }
        case "pollCreationMessage", "pollCreationMessageV2", "pollCreationMessageV3", "pollCreationMessageV4",
            "pollCreationMessageV5":
            return poll(node, secret: opened.message["messageContextInfo"]?["messageSecret"])
        case "pollUpdateMessage": return pollVote(node)
        case "orderMessage": return order(node)
        case "productMessage": return product(node)
        case "groupInviteMessage": return groupInvite(node)
        case "callLogMesssage": return callLog(node)
        case "pinInChatMessage": return pin(node)
        case "keepInChatMessage": return keep(node)
        case "pollResultSnapshotMessage", "pollResultSnapshotMessageV3": return pollResult(node)
        case "eventMessage": return event(node)
        case "scheduledCallCreationMessage": return scheduledCall(node)
        case "encEventResponseMessage", "eventResponseMessage": return eventResponse(node)
        case "commentMessage", "encCommentMessage": return comment(node)
        case "encReactionMessage": return encryptedReaction(node)
        default: return payment(name, node)
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

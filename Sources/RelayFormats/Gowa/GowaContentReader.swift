internal import RelayCore
internal import RelayJSON

/// Reads the content of a gowa message: one field for its kind, and `body`, its text or caption.
enum GowaContentReader {
    static func read(_ payload: JSONObject) -> MessageContent {
        var content = choice(payload) ?? media(payload) ?? place(payload) ?? business(payload) ?? text(payload)
        if content.type == "unsupported", content.content?["raw"]?.object?.isEmpty == true {
            content = .unsupported(reason: "no_content")
        }
        content.context = context(payload)
        content.isViewOnce = payload.flag("view_once")
        return content
    }

    /// Polls and votes.
    static func poll(_ poll: JSONObject) -> MessageContent? {
        guard let question = poll.text("question") else { return nil }
        let options = (poll["options"]?.array ?? []).compactMap { $0.object?.text("name") }
        var content: JSONObject = ["name": .string(question), "options": .array(options.map(JSON.string))]
        content.append("selectableCount", orNull: GatewayNumberReader.integer(poll["selectable_options_count"]))
        return MessageContent(type: "poll", content: content)
    }

    private static func vote(_ poll: JSONObject) -> MessageContent? {
        guard let target = poll.text("poll_id") else { return nil }
        let isResolved = poll.text("resolution_status") == "resolved"
        var content: JSONObject = ["targetMessageId": .string(target)]
        content.append("selectedOptions", isResolved ? .array(poll["selected_options"]?.array ?? []) : .null)
        if !isResolved { content.append("reason", known: poll.text("resolution_status")) }
        return MessageContent(type: "poll_vote", content: content)
    }

    private static func choice(_ payload: JSONObject) -> MessageContent? {
        if let poll = payload["poll"]?.object {
            return poll.text("type") == "vote" ? vote(poll) : Self.poll(poll)
        }
        guard let selection = payload["selection"]?.object else { return nil }
        guard selection.text("kind") == "list" else {
            return .buttonReply(id: selection.text("selected_id"), text: selection.text("text"), selection)
        }
        var reply = JSONObject()
        reply.append("title", known: selection.text("text"))
        reply.append("description", known: selection.text("description"))
        if let id = selection.text("selected_id") { reply.append("singleSelectReply", ["selectedRowId": .string(id)]) }
        return .listReply(reply)
    }

    private static func place(_ payload: JSONObject) -> MessageContent? {
        if let contact = payload["contact"], contact.object != nil { return .contacts([contact]) }
        if let contacts = payload["contacts_array"]?.array { return .contacts(contacts) }
        if let live = payload["live_location"]?.object {
            return .location(WhatsmeowFieldRenaming.renamed(live), isLive: true)
        }
        return payload["location"]?.object.flatMap { .location(WhatsmeowFieldRenaming.renamed($0), isLive: false) }
    }

    private static func business(_ payload: JSONObject) -> MessageContent? {
        if let order = payload["order"]?.object { return .order(WhatsmeowFieldRenaming.renamed(order)) }
        if let list = payload["list"]?.object { return .menu("listMessage", WhatsmeowFieldRenaming.renamed(list)) }
        guard let menu = (payload["template"] ?? payload["buttons"])?.object else { return nil }
        var node = JSONObject()
        node.append("contentText", known: menu.text("body"))
        node.append("title", known: menu.text("title"))
        node.append("footerText", known: menu.text("footer"))
        let buttons = (menu["buttons"]?.array ?? []).compactMap(\.object).map { button in
            var choice = JSONObject()
            choice.append("id", known: button.text("id"))
            choice.append("displayText", known: button.text("text"))
            return JSON.object(choice)
        }
        node.append("buttons", .array(buttons))
        return .menu("buttonsMessage", node)
    }

    /// Members that every message has, or that are not content.
    private static let common: Set<String> = [
        "id", "chat_id", "chat_lid", "from", "from_lid", "from_name", "sender_display_name", "timestamp", "is_from_me",
        "replied_to_id", "quoted_body", "view_once", "forwarded", "referral", "original_message_id",
    ]

    private static func text(_ payload: JSONObject) -> MessageContent {
        // `interactive` is gowa's own summary of a menu.
        if let text = payload.text("body") ?? payload.text("interactive") {
            return MessageContent(type: "text", content: ["text": .string(text)])
        }
        var raw = JSONObject()
        for (key, value) in payload where !common.contains(key) { raw.append(key, value) }
        return MessageContent(type: "unsupported", content: ["raw": MessageNodeRedaction.scrub(.object(raw))])
    }

    private static func context(_ payload: JSONObject) -> MessageContext {
        var quoted: JSONObject?
        if let id = payload.text("replied_to_id") {
            quoted = ["messageId": .string(id), "participant": .null, "type": .null]
            quoted?.append("text", orNull: payload.text("quoted_body"))
        }
        return MessageContext(
            quoted: quoted,
            isForwarded: payload.flag("forwarded"),
            referral: MessageContext.referral(payload["referral"]?.object, named: advertisement)
        )
    }

    private static let advertisement: KeyValuePairs = [
        "sourceUrl": "source_url", "sourceId": "source_id", "sourceType": "source_type", "title": "ad_title",
        "body": "ad_body", "clickId": "ctwa_clid",
    ]
}

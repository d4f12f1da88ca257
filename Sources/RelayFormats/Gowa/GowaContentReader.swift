internal import RelayCore
internal import RelayJSON

/// Reads the content of a gowa message: one field for its kind, and `body`, its text or caption.
enum GowaContentReader {
    static func read(_ payload: JSONObject) -> MessageContent {
        var content = choice(payload) ?? business(payload) ?? media(payload) ?? place(payload) ?? text(payload)
        if content.type == "unsupported", content.content?["raw"]?.object?.isEmpty == true {
            content = .unsupported(.noContent)
            content.isTextless = true
        }
        content.context = context(payload)
        content.isMarkedViewOnce = payload.flag("view_once")
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
        if let list = payload["list"]?.object { return .menu(WhatsmeowFieldRenaming.renamed(list)) }
        return menu(payload)
    }

    /// Members that every message has, or that are not content.
    private static let common: Set<String> = [
        "id", "chat_id", "chat_lid", "from", "from_lid", "from_name", "sender_display_name", "timestamp", "is_from_me",
        "replied_to_id", "quoted_body", "view_once", "forwarded", "referral", "original_message_id",
    ]

    private static func text(_ payload: JSONObject) -> MessageContent {
        if let text = payload.text("body") { return MessageContent(type: "text", content: ["text": .string(text)]) }
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
            referral: payload["referral"]?.object.flatMap { Referral(ads: [$0]).known }
        )
    }
}

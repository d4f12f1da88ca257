internal import RelayCore
internal import RelayJSON

/// What a message of WAHA says. NOWEB and GOWS hand on WhatsApp's own message, which says most; for WEBJS, and where
/// `_data` is missing, the message is put together from WAHA's flat fields.
enum WAHAContent {
    static func node(_ payload: JSONObject) -> MessageNode {
        let data = payload["_data"]?.object ?? JSONObject()
        var node = MessageNode.nothing
        if let message = data["message"]?.object {
            node = MessageNode(message)
        } else if let message = data["Message"]?.object {
            node = MessageNode(WhatsmeowFieldNames.renamed(message))
        }
        if case .nothing = node { node = flat(payload, data) }
        guard case .content(var content) = node else { return node }
        if content.type == "unsupported", let body = payload.text("body") {
            content.content?.append("text", .string(body))
        }
        attachMedia(payload, to: &content)
        content.isViewOnce = content.isViewOnce || data.flag("IsViewOnce") || data["key"]?["isViewOnce"]?.bool == true
        content.isEphemeral = content.isEphemeral || data.flag("IsEphemeral")
        return .content(content)
    }

    /// The new content of an edited message, where the engine's data do not tell it.
    static func edited(_ payload: JSONObject) -> MessageContent {
        guard let body = payload.text("body") else { return .unsupported(reason: "encrypted_edit") }
        return MessageContent(type: "text", content: ["text": .string(body)])
    }

    static func isCiphertext(_ payload: JSONObject) -> Bool {
        payload["_data"]?.object?.text("type") == "ciphertext"
    }

    /// What WhatsApp Web shows between messages, or keeps for itself.
    private static let notices: Set<String> = [
        "ciphertext", "e2e_notification", "gp2", "notification", "notification_template", "broadcast_notification",
        "protocol", "revoked", "call_log", "reaction", "debug",
    ]

    private static func flat(_ payload: JSONObject, _ data: JSONObject) -> MessageNode {
        if let type = data.text("type"), notices.contains(type) { return .nothing }
        if let message = WAHAFlatMessage(payload, data).message { return MessageNode(message) }
        // The sender burnt it, or it came without anything to show.
        if data["key"]?["isViewOnce"]?.bool == true { return .content(.unsupported(reason: "view_once_unavailable")) }
        // Machinery between devices.
        if data["message"]?.object != nil || data["Message"]?.object != nil { return .nothing }
        var raw = JSONObject()
        raw.append("type", known: data.text("type"))
        raw.append("media", payload["media"] ?? .null)
        if payload.flag("hasMedia") { raw.append("hasMedia", .bool(true)) }
        return .content(MessageContent(type: "unsupported", content: ["raw": NodeRedaction.scrub(.object(raw))]))
    }
}

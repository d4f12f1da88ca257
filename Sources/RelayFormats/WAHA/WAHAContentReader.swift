internal import RelayCore
internal import RelayJSON

/// Reads the content of a WAHA message. The engines NOWEB and GOWS include WhatsApp's own message, which has the most
/// detail. For WEBJS, and when `_data` is missing, the message is built from WAHA's flat fields.
enum WAHAContentReader {
    static func node(_ payload: JSONObject) -> BaileysMessageNode {
        let data = payload["_data"]?.object ?? JSONObject()
        var node = BaileysMessageNode.nothing
        if let message = data["message"]?.object {
            node = BaileysMessageNode(message)
        } else if let message = data["Message"]?.object {
            node = BaileysMessageNode(WhatsmeowFieldRenaming.renamed(message))
        }
        if case .nothing = node { node = flat(payload, data) }
        guard case .content(var content) = node else { return node }
        if content.type == "unsupported", let body = payload.text("body") {
            content.content?.append("text", .string(body))
        }
        attachMedia(payload, to: &content)
        content.isMarkedViewOnce =
            content.isMarkedViewOnce || data.flag("IsViewOnce") || data["key"]?["isViewOnce"]?.bool == true
        content.isEphemeral = content.isEphemeral || data.flag("IsEphemeral")
        return .content(content)
    }

    /// The new content of an edited message, when the engine's data do not contain it.
    static func edited(_ payload: JSONObject) -> MessageContent {
        guard let body = payload.text("body") else { return .unsupported(reason: "encrypted_edit") }
        return MessageContent(type: "text", content: ["text": .string(body)])
    }

    static func isCiphertext(_ payload: JSONObject) -> Bool {
        payload["_data"]?.object?.text("type") == "ciphertext"
    }

    /// Types of WhatsApp Web that are notices between messages, or internal.
    private static let notices: Set<String> = [
        "ciphertext", "e2e_notification", "gp2", "notification", "notification_template", "broadcast_notification",
        "protocol", "revoked", "call_log", "reaction", "debug", "keep_in_chat", "pin_message", "pinned_message",
        "poll_update", "event_response", "message_history_bundle", "message_history_notice",
    ]

    private static func flat(_ payload: JSONObject, _ data: JSONObject) -> BaileysMessageNode {
        if let type = data.text("type"), notices.contains(type) { return .nothing }
        if let message = WAHAFlatMessage(payload, data).message { return BaileysMessageNode(message) }
        // A view-once message that was already opened, or that arrived without content.
        if data["key"]?["isViewOnce"]?.bool == true { return .content(.unsupported(reason: "view_once_unavailable")) }
        // A protocol message between devices.
        if data["message"]?.object != nil || data["Message"]?.object != nil { return .nothing }
        var raw = JSONObject()
        raw.append("type", known: data.text("type"))
        raw.append("media", payload["media"] ?? .null)
        if payload.flag("hasMedia") { raw.append("hasMedia", .bool(true)) }
        return .content(MessageContent(type: "unsupported", content: ["raw": MessageNodeRedaction.scrub(.object(raw))]))
    }
}

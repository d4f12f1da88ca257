internal import RelayCore
internal import RelayJSON

/// Reads the content of a WAHA message. The engines NOWEB and GOWS include WhatsApp's own message, which has the most
/// detail. For WEBJS, and when `_data` is missing, the message is built from WAHA's flat fields.
enum WAHAContentReader {
    static func node(_ payload: JSONObject) -> ParsedMessageNode {
        let data = payload["_data"]?.object ?? JSONObject()
        var node = ParsedMessageNode.nothing
        if let message = data["message"]?.object {
            node = ParsedMessageNode(message)
        } else if let message = data["Message"]?.object {
            node = ParsedMessageNode(WhatsmeowFieldRenaming.renamed(message))
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
        guard let body = payload.text("body") else { return .unsupported(.encryptedEdit) }
        return MessageContent(type: "text", content: ["text": .string(body)])
    }

    /// The content of a message that the engine announces without its content; nil when it announces none.
    static func missing(_ payload: JSONObject) -> MessageContent? {
        let data = payload["_data"]?.object ?? JSONObject()
        if let reason = data.text("UnavailableType") { return .missing(told: reason) }
        let stub = GatewayNumberReader.enumeration(data["messageStubType"], BaileysReader.stubTypes)
        guard data.text("type") == "ciphertext" || data.flag("IsUnavailable") || stub == 2 else { return nil }
        return .missing(
            told: data["messageStubParameters"]?[0]?.string, isViewOnce: data["key"]?["isViewOnce"]?.bool == true)
    }

    /// Types of WhatsApp Web that are notices between messages, or internal.
    private static let notices: Set<String> = [
        "ciphertext", "e2e_notification", "gp2", "notification", "notification_template", "broadcast_notification",
        "protocol", "revoked", "call_log", "reaction", "debug", "keep_in_chat", "pin_message", "pinned_message",
        "poll_update", "event_response", "message_history_bundle", "message_history_notice",
    ]

    private static func flat(_ payload: JSONObject, _ data: JSONObject) -> ParsedMessageNode {
        if let type = data.text("type"), notices.contains(type) { return .nothing }
        // NOWEB: a notice between messages, or a message without its content. GOWS: the latter.
        let stub = data["messageStubType"] ?? .null
        if (stub != .null && stub != 0) || missing(payload) != nil { return .nothing }
        if let message = WAHAMessageConverter(payload, data).message { return ParsedMessageNode(message) }
        // A view-once message that was already opened, or that arrived without content.
        if data["key"]?["isViewOnce"]?.bool == true { return .content(.unsupported(.viewOnceUnavailable)) }
        // A protocol message between devices.
        if data["message"]?.object != nil || data["Message"]?.object != nil { return .nothing }
        var raw = JSONObject()
        raw.append("type", known: data.text("type"))
        raw.append("media", payload["media"] ?? .null)
        if payload.flag("hasMedia") { raw.append("hasMedia", .bool(true)) }
        for (name, value) in data where !envelope.contains(name) && raw[name] == nil { raw.append(name, value) }
        return .content(MessageContent(type: "unsupported", content: ["raw": .object(MessageNodeRedaction.scrub(raw))]))
    }

    /// Members of the engines' own messages that are not content, or that the event has elsewhere.
    private static let envelope: Set<String> = [
        "id", "rowId", "from", "to", "author", "t", "ack", "notifyName", "self", "invis", "star", "viewed", "isNewMsg",
        "recvFresh", "kicNotified", "kicKey", "ephemeralDuration", "mentionedJidList", "groupMentions", "isForwarded",
        "quotedStanzaID", "quotedParticipant", "quotedMsg", "quotedRemoteJid", "key", "message", "messageTimestamp",
        "pushName", "verifiedBizName", "status", "participant", "broadcast", "Info", "Message", "RawMessage",
        "SourceWebMsg",
    ]
}

internal import RelayCore
internal import RelayJSON

extension NewChatwootMessage {
    /// The message as a JSON request body.
    /// - Parameter replyTo: Chatwoot's id of the replied-to message.
    func body(_ content: String, _ replyTo: Int64?) -> JSONObject {
        var body: JSONObject = [
            "content": .string(content), "message_type": .string(messageType), "private": .bool(isPrivate),
            "source_id": .string(sourceID),
        ]
        if let sentAt { body["external_created_at"] = .string(String(sentAt.seconds)) }
        let attributes = attributes(replyTo: replyTo)
        if !attributes.isEmpty { body["content_attributes"] = .object(attributes) }
        return body
    }

    /// The message as form fields.
    func fields(_ content: String, _ replyTo: Int64?) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        if !content.isEmpty { fields.append(("content", content)) }
        fields += [("message_type", messageType), ("private", isPrivate ? "true" : "false"), ("source_id", sourceID)]
        if let sentAt { fields.append(("external_created_at", String(sentAt.seconds))) }
        if isVoice { fields.append(("is_voice_message", "true")) }
        let attributes = attributes(replyTo: replyTo)
        if !attributes.isEmpty { fields.append(("content_attributes", JSON.object(attributes).text)) }
        return fields
    }

    /// A reduced message for when Chatwoot rejects the original: without files, and with a text that fits every
    /// installation. Nil when the message is already reduced.
    var lesser: NewChatwootMessage? {
        let limit = 10_000
        let isLong = content.unicodeScalars.count > limit
        guard !files.isEmpty || isLong else { return nil }
        let lines = files.map { $0.link ?? "📎 " + WhatsAppMarkdownConverter.plain($0.name) }
        let text = ([isLong ? TextTruncation.text(content, to: limit) : content] + lines).filter { !$0.isEmpty }
        return NewChatwootMessage(
            sourceID: sourceID, direction: direction, reach: reach, content: text.joined(separator: "\n\n"),
            reply: reply, files: [], sentAt: sentAt)
    }
}

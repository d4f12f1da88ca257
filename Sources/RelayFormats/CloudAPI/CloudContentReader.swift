internal import RelayCore
internal import RelayJSON

/// Reads the content of a Cloud API message: `{id, timestamp, type, <type>: {…}, context?, referral?}`. Content that
/// cannot be read gets the type `unsupported`.
enum CloudContentReader {
    /// - Parameter number: the business's own number, which may be the author of the quoted message.
    static func node(_ message: JSONObject, number: CloudBusinessNumber) -> ParsedMessageNode {
        let type = message.text("type")
        let node = type.flatMap { message[$0]?.object }
        switch type {
        case "reaction":
            if let target = node?.text("message_id") {
                return .reaction(.init(target: target, emoji: node?.text("emoji"), at: nil))
            }
        case "edit":
            if let target = node?.text("original_message_id"), let edited = node?["message"]?.object {
                return .edit(target: target, content: read(edited, number: number), at: nil)
            }
        case "revoke":
            if let target = node?.text("original_message_id") { return .revoke(target: target) }
        default: break
        }
        return .content(read(message, number: number))
    }

    private static func read(_ message: JSONObject, number: CloudBusinessNumber) -> MessageContent {
        var content = mapped(message) ?? unsupported(message)
        content.context = context(message, number: number)
        return content
    }

    private static func mapped(_ message: JSONObject) -> MessageContent? {
        guard let type = message.text("type") else { return nil }
        if type == "contacts" { return message["contacts"]?.array.flatMap(cards) }
        if type == "request_welcome" { return system(kind: type, nil, identity: nil) }
        guard let node = message[type]?.object else { return nil }
        switch type {
        case "text": return node["body"]?.string.map { MessageContent(type: "text", content: ["text": .string($0)]) }
        case "image": return captioned(.image, node)
        case "video": return captioned(.video, node)
        case "document": return captioned(.document, node)
        case "audio": return audio(node)
        case "sticker": return sticker(node)
        case "location": return location(node)
        case "button":
            guard node.text("payload") ?? node.text("text") != nil else { return nil }
            return .buttonReply(id: node.text("payload"), text: node.text("text"), node)
        case "interactive": return choice(node) ?? menu(node)
        case "order": return order(node)
        case "system": return system(kind: node.text("type"), node, identity: message["identity"] ?? node["identity"])
        default: return nil
        }
    }

    /// Members of a message that are not its content.
    private static let envelope: Set<String> = [
        "id", "from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "to_parent_user_id", "group_id",
        "timestamp", "context", "referral", "errors", "history_context",
    ]

    private static func unsupported(_ message: JSONObject) -> MessageContent {
        let raw = MessageNodeRedaction.scrub(
            JSONObject(message.filter { !envelope.contains($0.key) }.map { ($0.key, $0.value) }))
        var content = JSONObject()
        content.append("reason", known: CloudErrorList(message["errors"]).text)
        content.append("raw", .object(raw))
        var unsupported = MessageContent(type: "unsupported", content: content)
        unsupported.isTextless = message["errors"] == nil && raw.keys.allSatisfy { ["type", "text"].contains($0) }
        return unsupported
    }

    /// A system notice of WhatsApp about a person.
    private static func system(kind: String?, _ node: JSONObject?, identity: JSON?) -> MessageContent {
        var content = JSONObject()
        content.append("body", orNull: node?.text("body"))
        content.append("kind", orNull: kind)
        if let node {
            content.append("newContactId", known: CloudIdentityChange(node).id?.description)
            content.append("newUserId", known: node.text("user_id"))
            content.append("previousUserId", known: node.text("previous_user_id"))
        }
        if let identity = identity?.object {
            var known = JSONObject()
            known.append("hash", orNull: identity.text("hash"))
            known.append("acknowledged", identity["acknowledged"] ?? .null)
            known.append("createdAt", orNull: GatewayTimeReader.timestamp(identity["created_timestamp"])?.seconds)
            content.append("identity", .object(known))
        }
        return MessageContent(type: "system", content: content)
    }
}

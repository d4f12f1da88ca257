internal import RelayCore
internal import RelayJSON

/// A parsed `message` of Baileys: new content in the chat, or a change of an earlier message.
enum ParsedMessageNode {
    case content(MessageContent)
    case reaction(Reaction)
    case edit(target: String, content: MessageContent, at: Timestamp?)
    case revoke(target: String)
    /// A protocol message between devices, which users do not see.
    case nothing

    struct Reaction {
        let target: String
        /// Nil when the reaction was removed.
        let emoji: String?
        let at: Timestamp?
    }

    private static let protocolTypes: [String: Int64] = ["REVOKE": 0, "MESSAGE_EDIT": 14]

    init(_ message: JSONObject) {
        let opened = UnwrappedMessage(message)
        switch opened.name {
        case "reactionMessage":
            self = Self.reaction(opened.node)
        case "protocolMessage":
            self = Self.protocolNode(opened.node)
        case "senderKeyDistributionMessage":
            self = .nothing
        default:
            self = opened.isEmpty ? .nothing : .content(MessageContent(opened))
        }
    }

    private static func reaction(_ node: JSON) -> ParsedMessageNode {
        guard let target = node["key"]?.object?.text("id") else { return .nothing }
        return .reaction(
            Reaction(
                target: target,
                emoji: node.object?.text("text"),
                at: GatewayTimeReader.timestamp(node["senderTimestampMs"])
            )
        )
    }

    private static func protocolNode(_ node: JSON) -> ParsedMessageNode {
        // The inner key is written from its sender's point of view, so only its id is reliable.
        guard let target = node["key"]?.object?.text("id") else { return .nothing }
        switch GatewayNumberReader.enumeration(node["type"], protocolTypes) {
        case 0:
            return .revoke(target: target)
        case 14:
            guard let edited = node["editedMessage"]?.object else { return .nothing }
            let opened = UnwrappedMessage(edited)
            guard !opened.isEmpty else { return .nothing }
            return .edit(
                target: target,
                content: MessageContent(opened),
                at: GatewayTimeReader.timestamp(node["timestampMs"])
            )
        default:
            return .nothing
        }
    }
}

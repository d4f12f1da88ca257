internal import RelayCore
internal import RelayJSON

/// Menus of the Cloud API, which arrive as echoes and in the history: `{type, header, body, footer, action}`.
extension CloudContentReader {
    static func menu(_ interactive: JSONObject) -> MessageContent? {
        guard let action = interactive["action"]?.object else { return nil }
        var node = JSONObject()
        for member in ["body", "footer"] { node.append(member, interactive[member] ?? .null) }
        let header = interactive["header"]?.object
        if let title = header?.text("text") { node.append("header", ["title": .string(title)]) }
        node.append("sections", action["sections"] ?? .null)
        let buttons = (action["buttons"]?.array ?? []).compactMap { $0["reply"]?.object }.map { reply -> JSON in
            var button = JSONObject()
            button.append("id", known: reply.text("id"))
            button.append("displayText", known: reply.text("title"))
            return .object(button)
        }
        node.append("buttons", .array(buttons))
        if let name = action.text("name"), let parameters = action["parameters"]?.object {
            let button: JSON = ["name": .string(name), "buttonParamsJson": .object(parameters)]
            node.append("nativeFlowMessage", ["buttons": [button]])
        }
        return .menu(node, header: header.flatMap(media))
    }

    /// The media in a header.
    private static func media(_ header: JSONObject) -> MessageContent? {
        guard let kind = header.text("type").flatMap({ MediaKind(rawValue: $0) }),
            [.image, .video, .document].contains(kind), let node = header[kind.rawValue]?.object
        else { return nil }
        return captioned(kind, node)
    }
}

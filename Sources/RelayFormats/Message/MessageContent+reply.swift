internal import RelayJSON

/// Replies to menus.
extension MessageContent {
    static func buttonReply(id: String?, text: String?, _ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("id", orNull: id)
        content.append("text", orNull: text)
        content.append("index", known: GatewayNumberReader.integer(node["selectedIndex"]))
        return MessageContent(type: "button_reply", content: content)
    }

    static func listReply(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("id", orNull: node["singleSelectReply"]?.object?.text("selectedRowId"))
        content.append("text", orNull: node.text("title"))
        content.append("description", orNull: node.text("description"))
        return MessageContent(type: "list_reply", content: content)
    }

    /// The newer form of both replies, and of filled-in forms: the choice is JSON in a string.
    static func interactiveReply(_ node: JSONObject) -> MessageContent {
        let flow = node["nativeFlowResponseMessage"]?.object
        let name = flow?.text("name")
        let params = NativeFlowButton.object(flow?["paramsJson"])
        let isList = name == "single_select"
        var content = JSONObject()
        content.append("id", orNull: params?.text("id"))
        content.append("text", orNull: node["body"]?.object?.text("text") ?? params?.text("title"))
        if isList { content.append("description", orNull: params?.text("description")) }
        content.append("name", known: name)
        if let params { content.append("params", .object(params)) }
        return MessageContent(type: isList ? "list_reply" : "button_reply", content: content)
    }
}

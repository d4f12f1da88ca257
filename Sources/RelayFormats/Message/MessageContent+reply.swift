internal import RelayJSON

/// Menus, and replies to them.
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
        let params = flow?.text("paramsJson").flatMap { try? JSON(parsing: Array($0.utf8)) }?.object
        let isList = name == "single_select"
        var content = JSONObject()
        content.append("id", orNull: params?.text("id"))
        content.append("text", orNull: node["body"]?.object?.text("text") ?? params?.text("title"))
        if isList { content.append("description", orNull: params?.text("description")) }
        content.append("name", known: name)
        if let params { content.append("params", .object(params)) }
        return MessageContent(type: isList ? "list_reply" : "button_reply", content: content)
    }

    /// A menu that a business sends: its text and its options.
    static func menu(_ name: String, _ node: JSONObject) -> MessageContent? {
        let template = (node["hydratedTemplate"] ?? node["hydratedFourRowTemplate"])?.object
        let source = template ?? node
        let candidates = [
            source.text("contentText"), source.text("hydratedContentText"), source["body"]?.object?.text("text"),
            source.text("description"), source.text("title"),
        ]
        guard let text = candidates.lazy.compactMap({ $0 }).first else { return nil }
        var content: JSONObject = ["text": .string(text)]
        content.append(
            "footer",
            known: source.text("footerText") ?? source.text("hydratedFooterText")
                ?? source["footer"]?.object?.text("text")
        )
        let choices = buttons(source["buttons"]) + buttons(source["hydratedButtons"]) + rows(source["sections"])
        if !choices.isEmpty { content.append("choices", .array(choices)) }
        return MessageContent(type: "text", content: content)
    }

    private static func buttons(_ json: JSON?) -> [JSON] {
        (json?.array ?? []).compactMap(\.object).compactMap { button in
            let inner =
                ["quickReplyButton", "urlButton", "callButton"].lazy.compactMap { button[$0]?.object }.first ?? button
            return choice(
                id: inner.text("buttonId") ?? inner.text("id"),
                text: inner["buttonText"]?.object?.text("displayText") ?? inner.text("displayText")
            )
        }
    }

    private static func rows(_ json: JSON?) -> [JSON] {
        (json?.array ?? []).flatMap { $0["rows"]?.array ?? [] }.compactMap(\.object).compactMap { row in
            choice(id: row.text("rowId"), text: row.text("title"))
        }
    }

    private static func choice(id: String?, text: String?) -> JSON? {
        guard let text else { return nil }
        var choice = JSONObject()
        choice.append("id", orNull: id)
        choice.append("text", .string(text))
        return .object(choice)
    }
}

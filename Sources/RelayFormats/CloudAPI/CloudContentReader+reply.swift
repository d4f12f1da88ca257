internal import RelayJSON

/// Replies to menus, filled-in forms and orders of the Cloud API.
extension CloudContentReader {
    /// `interactive`: the answer to a menu, a form or a question.
    static func choice(_ node: JSONObject) -> MessageContent? {
        // Meta does not always name the reply's type by its member.
        let types = [node.text("type")].compactMap { $0 } + ["nfm_reply"]
        guard let type = types.first(where: { node[$0]?.object != nil }), let reply = node[type]?.object else {
            return nil
        }
        switch type {
        case "button_reply":
            return .buttonReply(id: reply.text("id"), text: reply.text("title"), reply)
        case "list_reply":
            var content = JSONObject()
            content.append("id", orNull: reply.text("id"))
            content.append("text", orNull: reply.text("title"))
            content.append("description", orNull: reply.text("description"))
            return MessageContent(type: "list_reply", content: content)
        case "nfm_reply":
            return form(reply)
        case "call_permission_reply":
            var content = JSONObject()
            content.append("id", orNull: reply.text("response"))
            content.append("text", .null)
            content.append("name", .string(type))
            content.append("params", MessageNodeRedaction.scrub(.object(reply)))
            return MessageContent(type: "button_reply", content: content)
        default:
            return nil
        }
    }

    /// A filled-in form. Its answers are JSON in a string.
    private static func form(_ reply: JSONObject) -> MessageContent {
        let response = reply.text("response_json")
        let params = response.flatMap { try? JSON(parsing: Array($0.utf8)) }?.object
        var content = JSONObject()
        content.append("id", orNull: params?.text("id"))
        content.append("text", orNull: reply.text("body"))
        content.append("name", known: reply.text("name"))
        if let params { content.append("params", .object(params)) } else { content.append("response", known: response) }
        return MessageContent(type: "button_reply", content: content)
    }

    static func order(_ node: JSONObject) -> MessageContent? {
        guard let nodes = node["product_items"]?.array else { return nil }
        let items = nodes.compactMap(\.object).map { item in
            var entry = JSONObject()
            entry.append("retailerId", orNull: item.text("product_retailer_id"))
            entry.append("quantity", orNull: GatewayNumberReader.integer(item["quantity"]))
            entry.append("price", price(item["item_price"]))
            entry.append("currency", orNull: item.text("currency"))
            return entry
        }
        let currencies = Set(items.map { $0.text("currency") })
        var content = JSONObject()
        content.append("orderId", .null)
        content.append("title", .null)
        content.append("text", orNull: node.text("text"))
        content.append("itemCount", orNull: count(items.map { $0["quantity"]?.int }))
        content.append("totalAmount1000", .null)
        content.append("currency", orNull: currencies.count == 1 ? currencies.first.flatMap { $0 } : nil)
        content.append("catalogId", orNull: CloudJIDConverter.text(node["catalog_id"]))
        content.append("items", .array(items.map(JSON.object)))
        return MessageContent(type: "order", content: content)
    }

    /// The number exactly as received.
    private static func price(_ json: JSON?) -> JSON {
        switch json {
        case .int, .number: json ?? .null
        case .string: GatewayNumberReader.double(json).map { JSON($0) } ?? .null
        default: .null
        }
    }

    /// The sum of the quantities; nil when one is unknown or not a valid quantity.
    private static func count(_ quantities: [Int64?]) -> Int64? {
        var count: Int64 = 0
        for quantity in quantities {
            guard let quantity, (0...1_000_000).contains(quantity) else { return nil }
            count += quantity
        }
        return count
    }
}

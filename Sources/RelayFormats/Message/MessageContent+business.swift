internal import RelayCore
internal import RelayJSON

extension MessageContent {
    static func order(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("orderId", orNull: node.text("orderId"))
        content.append("title", orNull: node.text("orderTitle"))
        content.append("text", orNull: node.text("message"))
        content.append("itemCount", orNull: GatewayNumberReader.integer(node["itemCount"]))
        content.append("totalAmount1000", orNull: GatewayNumberReader.integer(node["totalAmount1000"]))
        content.append("currency", orNull: node.text("totalCurrencyCode"))
        content.append("sellerId", known: node.jid("sellerJid")?.description)
        content.append("token", known: node.text("token"))
        return MessageContent(type: "order", content: content)
    }

    static func product(_ node: JSONObject) -> MessageContent {
        let product = node["product"]?.object ?? JSONObject()
        var content = JSONObject()
        content.append("productId", orNull: product.text("productId"))
        content.append("title", orNull: product.text("title"))
        content.append("description", orNull: product.text("description"))
        content.append("text", orNull: node.text("body"))
        content.append("priceAmount1000", orNull: GatewayNumberReader.integer(product["priceAmount1000"]))
        content.append("currency", orNull: product.text("currencyCode"))
        content.append("url", known: product.text("url"))
        content.append("retailerId", known: product.text("retailerId"))
        content.append("sellerId", known: node.jid("businessOwnerJid")?.description)
        return MessageContent(type: "product", content: content)
    }

    static func groupInvite(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("groupId", orNull: node.jid("groupJid")?.description)
        content.append("groupName", orNull: node.text("groupName"))
        content.append("text", orNull: node.text("caption"))
        content.append("inviteCode", orNull: node.text("inviteCode"))
        content.append("expiresAt", known: GatewayTimeReader.timestamp(node["inviteExpiration"])?.seconds)
        return MessageContent(type: "group_invite", content: content)
    }

    static func callLog(_ node: JSONObject) -> MessageContent {
        let outcomes: [String: Int64] = [
            "CONNECTED": 0, "MISSED": 1, "FAILED": 2, "REJECTED": 3, "ACCEPTED_ELSEWHERE": 4, "ONGOING": 5,
            "SILENCED_BY_DND": 6, "SILENCED_UNKNOWN_CALLER": 7,
        ]
        let outcome = GatewayNumberReader.enumeration(node["callOutcome"], outcomes)
        var content = JSONObject()
        content.append("outcome", orNull: outcomes.first { $0.value == outcome }?.key.lowercased())
        content.append("video", .bool(node.flag("isVideo")))
        content.append("seconds", orNull: GatewayNumberReader.integer(node["durationSecs"]))
        return MessageContent(type: "call_log", content: content)
    }
}

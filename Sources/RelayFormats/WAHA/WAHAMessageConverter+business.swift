internal import RelayCore
internal import RelayJSON

/// Orders, products and invitations of WhatsApp Web, which only its raw message contains.
extension WAHAMessageConverter {
    func business() -> Node? {
        switch raw.text("type") {
        case "order" where raw.text("orderId") != nil: order
        case "product" where raw.text("productId") != nil: product
        case "groups_v4_invite" where raw.text("inviteCode") != nil: invitation
        default: nil
        }
    }

    private var order: Node {
        var node = JSONObject()
        for field in ["orderId", "orderTitle", "itemCount", "totalAmount1000", "totalCurrencyCode", "token"] {
            node.append(field, raw[field] ?? .null)
        }
        node.append("message", known: payload.text("body") ?? raw.text("message"))
        node.append("sellerJid", known: WAHAMessageKeyReader.jid(raw["sellerJid"])?.description)
        return ("orderMessage", node)
    }

    private var product: Node {
        var product = JSONObject()
        for field in [
            "productId", "title", "description", "priceAmount1000", "currencyCode", "url", "retailerId",
        ] {
            product.append(field, raw[field] ?? .null)
        }
        var node: JSONObject = ["product": .object(product)]
        // WhatsApp Web repeats the product's title or description as the text.
        let body = payload.text("body")
        node.append("body", known: [raw.text("title"), raw.text("description")].contains(body) ? nil : body)
        node.append("businessOwnerJid", known: WAHAMessageKeyReader.jid(raw["businessOwnerJid"])?.description)
        return ("productMessage", node)
    }

    private var invitation: Node {
        var node = JSONObject()
        node.append("groupJid", known: WAHAMessageKeyReader.jid(raw["inviteGrp"])?.description)
        node.append("groupName", known: raw.text("inviteGrpName"))
        node.append("caption", known: payload.text("body") ?? raw.text("comment"))
        node.append("inviteCode", known: raw.text("inviteCode"))
        node.append("inviteExpiration", raw["inviteCodeExp"] ?? .null)
        return ("groupInviteMessage", node)
    }
}

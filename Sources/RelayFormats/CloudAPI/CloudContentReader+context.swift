internal import RelayCore
internal import RelayJSON

/// Reads `context` and `referral` of a Cloud API message.
extension CloudContentReader {
    static func context(_ message: JSONObject, number: CloudBusinessNumber) -> MessageContext {
        let node = message["context"]?.object ?? JSONObject()
        var context = MessageContext()
        context.isFrequentlyForwarded = node.flag("frequently_forwarded")
        context.isForwarded = node.flag("forwarded") || context.isFrequentlyForwarded
        if let id = node.text("id") {
            var quoted = JSONObject()
            quoted.append("messageId", .string(id))
            quoted.append("participant", orNull: number.author(node["from"])?.description)
            // The webhook contains only the id of the quoted message.
            quoted.append("type", .null)
            quoted.append("text", .null)
            context.quoted = quoted
        }
        if let product = node["referred_product"]?.object {
            var known = JSONObject()
            known.append("catalogId", orNull: CloudJIDConverter.text(product["catalog_id"]))
            known.append("retailerId", orNull: product.text("product_retailer_id"))
            context.referredProduct = known
        }
        context.referral = message["referral"]?.object.flatMap { Referral(ads: [$0]).known }
        return context
    }
}

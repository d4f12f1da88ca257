internal import RelayCore
internal import RelayJSON

extension MessageContext {
    /// What a message of the Cloud API tells in `context` and `referral`.
    init(cloud message: JSONObject, number: CloudNumber) {
        self.init()
        let context = message["context"]?.object ?? JSONObject()
        isFrequentlyForwarded = context.flag("frequently_forwarded")
        isForwarded = context.flag("forwarded") || isFrequentlyForwarded
        if let id = context.text("id") {
            var quoted = JSONObject()
            quoted.append("messageId", .string(id))
            quoted.append("participant", orNull: number.author(context["from"])?.description)
            // The webhook has no more of it than its id.
            quoted.append("type", .null)
            quoted.append("text", .null)
            self.quoted = quoted
        }
        if let product = context["referred_product"]?.object {
            var known = JSONObject()
            known.append("catalogId", orNull: CloudAddress.text(product["catalog_id"]))
            known.append("retailerId", orNull: product.text("product_retailer_id"))
            referredProduct = known
        }
        referral = message["referral"]?.object.flatMap(Self.referral)
    }

    private static func referral(_ ad: JSONObject) -> JSONObject? {
        let names = [
            ("sourceUrl", "source_url"), ("sourceId", "source_id"), ("sourceType", "source_type"),
            ("title", "headline"),
            ("body", "body"), ("clickId", "ctwa_clid"), ("mediaType", "media_type"), ("imageUrl", "image_url"),
            ("videoUrl", "video_url"), ("thumbnailUrl", "thumbnail_url"),
        ]
        var referral = JSONObject()
        for (name, field) in names { referral.append(name, known: ad.text(field)) }
        referral.append("welcomeMessage", known: ad["welcome_message"]?.object?.text("text"))
        return referral.isEmpty ? nil : referral
    }
}

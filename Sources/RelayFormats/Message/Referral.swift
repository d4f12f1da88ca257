internal import RelayCore
internal import RelayJSON

/// Where a contact came from, above all the advertisement behind a conversation: `payload.referral`. Its members have the
/// same names for every gateway (docs/sources/baileys.md, "referral").
struct Referral {
    /// The known members; empty when nothing is known.
    private(set) var object = JSONObject()

    /// Members of an advertisement, each with the names that gateways give it.
    private static let advertisement: KeyValuePairs = [
        "sourceUrl": ["sourceUrl", "source_url"],
        "sourceId": ["sourceId", "source_id"],
        "sourceType": ["sourceType", "source_type"],
        "title": ["title", "headline", "ad_title", "advertiserName"],
        "body": ["body", "ad_body", "description", "caption"],
        "clickId": ["ctwaClid", "ctwa_clid"],
        "mediaType": ["mediaType", "media_type"],
        "mediaUrl": ["mediaUrl", "media_url"],
        "imageUrl": ["originalImageUrl", "original_image_url", "image_url"],
        "videoUrl": ["videoUrl", "video_url"],
        "thumbnailUrl": ["thumbnailUrl", "thumbnail_url"],
        "sourceApp": ["sourceApp", "source_app"],
        "ref": ["ref"],
        "adType": ["adType", "ad_type"],
        "welcomeMessage": ["greetingMessageBody", "greeting_message_body"],
    ]

    /// Members with which WhatsApp attributes a conversation. They keep WhatsApp's own names.
    private static let attribution: KeyValuePairs = [
        "conversionSource": ["conversionSource", "conversion_source"],
        "conversionData": ["conversionData", "conversion_data"],
        "conversionDelaySeconds": ["conversionDelaySeconds", "conversion_delay_seconds"],
        "ctwaPayload": ["ctwaPayload", "ctwa_payload"],
        "ctwaSignals": ["ctwaSignals", "ctwa_signals"],
        "entryPointConversionSource": ["entryPointConversionSource", "entry_point_conversion_source"],
        "entryPointConversionApp": ["entryPointConversionApp", "entry_point_conversion_app"],
        "entryPointConversionDelaySeconds": [
            "entryPointConversionDelaySeconds", "entry_point_conversion_delay_seconds",
        ],
        "entryPointConversionExternalSource": [
            "entryPointConversionExternalSource", "entry_point_conversion_external_source",
        ],
        "entryPointConversionExternalMedium": [
            "entryPointConversionExternalMedium", "entry_point_conversion_external_medium",
        ],
        "utmSource": ["utmSource", "utm_source"],
        "utmCampaign": ["utmCampaign", "utm_campaign"],
    ]

    /// All names of members.
    private static let names = Set((Array(advertisement) + Array(attribution)).flatMap(\.value) + ["welcome_message"])

    /// Members that WhatsApp sends as bytes; here they are base64.
    private static let bytes: Set<String> = ["conversionData", "ctwaPayload"]
    /// WhatsApp's numbers for media types. Zero is none.
    private static let mediaTypes: [Int64: String] = [1: "image", 2: "video"]

    /// - Parameters:
    ///   - ads: objects that describe the advertisement; the first one that has a member wins.
    ///   - context: objects that have members of the attribution only.
    init(ads: [JSONObject], context: [JSONObject] = []) {
        // Nearly all messages have none of them.
        guard (ads + context).contains(where: { $0.contains { Self.names.contains($0.key) } }) else { return }
        for (name, fields) in Self.advertisement { append(name, Self.value(name, fields, in: ads)) }
        for (name, fields) in Self.attribution { append(name, Self.value(name, fields, in: context + ads)) }
        guard object["welcomeMessage"] == nil else { return }
        append(
            "welcomeMessage", ads.lazy.compactMap { $0["welcome_message"]?.object?.text("text") }.first.map(JSON.string)
        )
    }

    /// - Parameter info: the `contextInfo` of a content node.
    init(contextInfo info: JSONObject) {
        let ads = ["externalAdReply", "quotedAd"].compactMap { info[$0]?.object }
        self.init(ads: ads, context: [info] + [info["utm"]?.object].compactMap { $0 })
    }

    /// Itself; nil when nothing is known.
    var known: Referral? { object.isEmpty ? nil : self }

    /// Whether it tells of an advertisement. People also come from a search or from a link.
    var isAdvertisement: Bool {
        let members = ["sourceId", "sourceUrl", "clickId", "title", "ctwaPayload"]
        if members.contains(where: { object[$0] != nil }) { return true }
        return ["conversionSource", "entryPointConversionSource"].contains {
            object.text($0)?.hasPrefix("ctwa") == true
        }
    }

    private mutating func append(_ name: String, _ value: JSON?) {
        if let value { object.append(name, value) }
    }

    private static func value(_ name: String, _ fields: [String], in objects: [JSONObject]) -> JSON? {
        for object in objects {
            for field in fields {
                if let value = object[field].flatMap({ value(name, $0) }) { return value }
            }
        }
        return nil
    }

    private static func value(_ name: String, _ json: JSON) -> JSON? {
        if bytes.contains(name) {
            if let bytes = BinaryFieldReader.decode(json), !bytes.isEmpty { return .string(Base64.encode(bytes)) }
        } else if name == "mediaType" {
            if let text = json.string { return text.isEmpty || text == "NONE" ? nil : .string(text.lowercased()) }
            return GatewayNumberReader.integer(json).flatMap { mediaTypes[$0] }.map(JSON.string)
        } else if name.hasSuffix("DelaySeconds") {
            return GatewayNumberReader.integer(json).map(JSON.int)
        }
        return json.string.flatMap { $0.isEmpty ? nil : .string($0) }
    }
}

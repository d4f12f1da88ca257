extension EventCatalogue {
    private static func known(_ name: String, _ summary: String) -> EventField { known(name, .text, summary) }

    private static func known(_ name: String, _ type: EventFieldType, _ summary: String) -> EventField {
        .sometimes(name, type, when: "it is known", summary)
    }

    /// Where a person came from.
    static let referral: [EventField] = [
        known("sourceUrl", "The URL of the advertisement or post."),
        known("sourceId", "The id of the advertisement or post."),
        known("sourceType", "What it is: `ad`, `post` …"),
        known("title", "Its title."),
        known("body", "Its text."),
        known("clickId", "The click (`ctwa_clid`), for Meta's Conversions API."),
        known("mediaType", "What it shows: `image` or `video`."),
        known("mediaUrl", "The URL of what it shows."),
        known("imageUrl", "The URL of its image."),
        known("videoUrl", "The URL of its video."),
        known("thumbnailUrl", "The URL of its thumbnail."),
        known("sourceApp", "The app in which it was shown: `facebook`, `instagram` …"),
        known("ref", "The advertiser's own reference."),
        known("adType", "The kind of advertisement: `CTWA` …"),
        known("welcomeMessage", "The greeting that the person saw."),
        known("conversionSource", "WhatsApp's attribution, such as `ctwa_ad`."),
        known("conversionData", .base64, "WhatsApp's attribution."),
        known("conversionDelaySeconds", .integer, "Seconds from the click to the message."),
        known("ctwaPayload", .base64, "WhatsApp's attribution."),
        known("ctwaSignals", "WhatsApp's attribution."),
        known("entryPointConversionSource", "Where the chat was opened: `ctwa_ad`, `global_search_new_chat` …"),
        known("entryPointConversionApp", "The app from which it was opened."),
        known("entryPointConversionDelaySeconds", .integer, "Seconds from there to the message."),
        known("entryPointConversionExternalSource", "The site from which it was opened."),
        known("entryPointConversionExternalMedium", "The medium of that site."),
        known("utmSource", "The `utm_source` of the link."),
        known("utmCampaign", "The `utm_campaign` of the link."),
    ]
}

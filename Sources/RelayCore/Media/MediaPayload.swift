package import RelayJSON

/// What receivers see of a file that the relay keeps: `payload.media`.
extension JSONObject {
    /// Replaces `raw_media` by `media`. `raw_media` stays only where the file could not be fetched.
    /// - Parameters:
    ///   - reference: what was fetched.
    ///   - link: the URL to get it from, and when that expires.
    package mutating func attach(
        _ media: StoredMedia, of reference: RawMediaReference, link: (url: String, expiresAt: Timestamp)
    ) {
        let content = self["content"]
        var object = JSONObject()
        object.append("url", .string(link.url))
        object.append("mimetype", reference.mimetype.map(JSON.string) ?? .null)
        object.append("fileName", (content?["fileName"]?.string ?? reference.fileName).map(JSON.string) ?? .null)
        object.append("size", .int(media.size))
        object.append("sha256", .string(media.id.description))
        object.append("kind", .string(reference.kind.rawValue))
        for field in ["seconds", "width", "height", "ptt"] {
            if let value = content?[field], value != .null { object.append(field, value) }
        }
        object.append("expiresAt", .int(link.expiresAt.seconds))
        self["raw_media"] = nil
        self["media"] = .object(object)
    }
}

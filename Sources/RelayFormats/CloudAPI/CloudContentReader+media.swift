internal import RelayCore
internal import RelayJSON

/// Media, locations and contact cards of the Cloud API.
extension CloudContentReader {
    static func captioned(_ kind: MediaKind, _ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("caption", orNull: node.text("caption"))
        content.append("mimetype", orNull: node.text("mime_type"))
        if kind == .document { content.append("fileName", orNull: node.text("filename")) }
        return MessageContent(type: kind.rawValue, content: content, media: media(kind, node))
    }

    static func audio(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("mimetype", orNull: node.text("mime_type"))
        content.append("ptt", .bool(node.flag("voice")))
        return MessageContent(type: "audio", content: content, media: media(.audio, node))
    }

    static func sticker(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("mimetype", orNull: node.text("mime_type"))
        content.append("animated", .bool(node.flag("animated")))
        return MessageContent(type: "sticker", content: content, media: media(.sticker, node))
    }

    /// Nil when there is no id, for example when Meta could not fetch the file.
    private static func media(_ kind: MediaKind, _ node: JSONObject) -> MediaReference? {
        guard let id = CloudJIDConverter.text(node["id"]) else { return nil }
        return .cloud(
            kind, id: id, url: node.text("url"), mimetype: node.text("mime_type"), sha256: node["sha256"],
            fileName: node.text("filename"))
    }

    static func location(_ node: JSONObject) -> MessageContent? {
        let (latitude, longitude) = (
            MessageContent.degrees(node["latitude"]), MessageContent.degrees(node["longitude"])
        )
        guard latitude != .null, longitude != .null else { return nil }
        var content = JSONObject()
        content.append("latitude", latitude)
        content.append("longitude", longitude)
        content.append("name", orNull: node.text("name"))
        content.append("address", orNull: node.text("address"))
        content.append("live", .bool(false))
        content.append("url", known: node.text("url"))
        return MessageContent(type: "location", content: content)
    }

    static func cards(_ nodes: [JSON]) -> MessageContent? {
        let cards = nodes.compactMap(\.object).map { JSON.object(card($0)) }
        return cards.isEmpty ? nil : MessageContent(type: "contact", content: ["contacts": .array(cards)])
    }

    private static func card(_ node: JSONObject) -> JSONObject {
        let name = node["name"]?.object
        let parts = ["first_name", "last_name"].compactMap { name?.text($0) }
        let phones = (node["phones"]?.array ?? []).compactMap(\.object)
        var card = JSONObject()
        card.append(
            "name", orNull: name?.text("formatted_name") ?? (parts.isEmpty ? nil : parts.joined(separator: " ")))
        card.append("vcard", orNull: node.text("vcard"))
        let numbers = phones.compactMap { $0.text("phone").flatMap(VCardReader.number) ?? $0.text("wa_id") }
        card.append("phones", .array(numbers.map(JSON.string)))
        card.append("waIds", texts: phones.compactMap { $0.text("wa_id") })
        card.append("emails", texts: (node["emails"]?.array ?? []).compactMap { $0.object?.text("email") })
        card.append("urls", texts: (node["urls"]?.array ?? []).compactMap { $0.object?.text("url") })
        card.append("organization", known: node["org"]?.object?.text("company"))
        card.append("birthday", known: node.text("birthday"))
        if let jids = node["addresses"]?.array, !jids.isEmpty {
            card.append("addresses", .array(jids.map { MessageNodeRedaction.scrub($0) }))
        }
        return card
    }
}

extension JSONObject {
    fileprivate mutating func append(_ key: String, texts: [String]) {
        if !texts.isEmpty { append(key, .array(texts.map(JSON.string))) }
    }
}

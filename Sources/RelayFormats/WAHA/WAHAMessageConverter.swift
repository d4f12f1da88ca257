internal import RelayCore
internal import RelayJSON

/// A message in Baileys' form, built from WAHA's flat fields and WhatsApp Web's raw ones.
struct WAHAMessageConverter {
    /// Nil when the fields contain nothing that has a mapping.
    private(set) var message: JSONObject?
    let payload: JSONObject
    /// WhatsApp Web's own message (`_data` of WEBJS); empty for other engines.
    let raw: JSONObject

    init(_ payload: JSONObject, _ raw: JSONObject) {
        self.payload = payload
        self.raw = raw
        guard
            let (name, content) = event() ?? menu() ?? payment() ?? place() ?? cards() ?? choice() ?? poll()
                ?? business() ?? media() ?? text()
        else { return }
        var node = content
        let context = context()
        if !context.isEmpty { node.append("contextInfo", .object(context)) }
        node.append("viewOnce", raised: raw.flag("isViewOnce"))
        var message = JSONObject()
        message.append(name, .object(node))
        if let secret = raw["messageSecret"] { message.append("messageContextInfo", ["messageSecret": secret]) }
        self.message = message
    }

    var type: String? { raw.text("type") }

    typealias Node = (name: String, node: JSONObject)

    private func text() -> Node? {
        let body = payload.text("body")
        // Who comes from an advertisement may send nothing else.
        guard body != nil || raw["ctwaContext"]?.object != nil else { return nil }
        var node = JSONObject()
        node.append("text", known: body)
        for field in ["canonicalUrl", "matchedText", "title", "description"] {
            node.append(field, known: raw.text(field))
        }
        return ("extendedTextMessage", node)
    }

    private func place() -> Node? {
        guard let place = payload["location"]?.object else { return nil }
        var node = JSONObject()
        node.append("degreesLatitude", place["latitude"] ?? .null)
        node.append("degreesLongitude", place["longitude"] ?? .null)
        node.append("name", known: place.text("name"))
        node.append("address", known: place.text("address"))
        node.append("url", known: place.text("url"))
        node.append("caption", known: place.text("description"))
        return (place.flag("live") ? "liveLocationMessage" : "locationMessage", node)
    }

    private func cards() -> Node? {
        let cards = (payload["vCards"]?.array ?? []).compactMap(\.string).filter { !$0.isEmpty }
        guard !cards.isEmpty else { return nil }
        let contacts = cards.map { card in
            var contact = JSONObject()
            contact.append("displayName", known: VCardReader(card).name)
            contact.append("vcard", .string(card))
            return JSON.object(contact)
        }
        return ("contactsArrayMessage", ["contacts": .array(contacts)])
    }

    /// The chosen option of a menu.
    private func choice() -> Node? {
        switch type {
        case "buttons_response", "template_button_reply":
            var node = JSONObject()
            node.append("selectedButtonId", known: raw.text("selectedButtonId") ?? raw.text("selectedId"))
            node.append("selectedDisplayText", known: payload.text("body"))
            return ("buttonsResponseMessage", node)
        case "list_response":
            var node = raw["listResponse"]?.object ?? JSONObject()
            if node["title"] == nil { node.append("title", known: payload.text("body")) }
            return ("listResponseMessage", node)
        default:
            return nil
        }
    }

    private func poll() -> Node? {
        guard let name = raw.text("pollName") else { return nil }
        let options = (raw["pollOptions"]?.array ?? []).compactMap { $0.object?.text("name") ?? $0.string }
        var node: JSONObject = ["name": .string(name)]
        node.append("options", .array(options.map { ["optionName": .string($0)] }))
        node.append("selectableOptionsCount", raw["pollSelectableOptionsCount"] ?? .null)
        return ("pollCreationMessage", node)
    }

    /// WhatsApp Web's media types, each with the name of its node.
    private static let media = [
        "image": "imageMessage", "video": "videoMessage", "ptv": "ptvMessage", "audio": "audioMessage",
        "ptt": "audioMessage", "document": "documentMessage", "sticker": "stickerMessage",
    ]
    private static let nodes: [MediaKind: String] = [
        .image: "imageMessage", .video: "videoMessage", .audio: "audioMessage", .document: "documentMessage",
        .sticker: "stickerMessage",
    ]

    func media() -> Node? {
        let media = payload["media"]?.object ?? JSONObject()
        let mimetype = media.text("mimetype") ?? raw.text("mimetype")
        let isMedia = payload.flag("hasMedia") || payload.text("mediaUrl") != nil || media.text("url") != nil
        let byType = type.flatMap { Self.media[$0] }
        guard byType != nil || isMedia,
            let name = byType ?? WAHAContentReader.kind(of: mimetype).flatMap({ Self.nodes[$0] })
        else { return nil }
        var node = JSONObject()
        node.append("caption", known: payload.text("body") ?? raw.text("caption"))
        node.append("mimetype", known: mimetype)
        if name == "documentMessage" {
            node.append("fileName", known: media.text("filename") ?? raw.text("filename"))
        }
        // Voice notes are the only audio that WhatsApp stores as Ogg.
        node.append("ptt", raised: type == "ptt" || (type == nil && mimetype?.hasPrefix("audio/ogg") == true))
        node.append("gifPlayback", raised: raw.flag("isGif"))
        node.append("isAnimated", raised: raw.flag("isAnimated"))
        let names = [
            ("size", "fileLength"), ("duration", "seconds"), ("width", "width"), ("height", "height"),
            ("pageCount", "pageCount"), ("mediaKey", "mediaKey"), ("mediaKeyTimestamp", "mediaKeyTimestamp"),
            ("directPath", "directPath"), ("deprecatedMms3Url", "url"), ("encFilehash", "fileEncSha256"),
            ("filehash", "fileSha256"),
        ]
        for (field, name) in names {
            if let value = raw[field], value != .null { node.append(name, value) }
        }
        return (name, node)
    }

    private func context() -> JSONObject {
        var context = JSONObject()
        let reply = payload["replyTo"]?.object
        if let id = WAHAMessageID.bare(reply?["id"]) ?? raw.text("quotedStanzaID") {
            context.append("stanzaId", .string(id))
            let participant =
                WAHAMessageKeyReader.jid(reply?["participant"])
                ?? WAHAMessageKeyReader.jid(raw["quotedParticipant"])
            context.append("participant", known: participant?.description)
            if let quoted = reply.flatMap({ WAHAMessageConverter(quoted: $0).message }) {
                context.append("quotedMessage", .object(quoted))
            }
        }
        context.append("isForwarded", raised: raw.flag("isForwarded"))
        let mentions = (payload["mentionedIds"] ?? raw["mentionedJidList"])?.array ?? []
        if !mentions.isEmpty {
            context.append(
                "mentionedJid",
                .array(mentions.compactMap { WAHAMessageKeyReader.jid($0) }.map { .string($0.description) }))
        }
        if let expiration = raw["ephemeralDuration"] { context.append("expiration", expiration) }
        if let advertisement = raw["ctwaContext"]?.object {
            context.append("externalAdReply", .object(advertisement))
        }
        let attribution = [
            "entryPointConversionSource", "entryPointConversionApp", "entryPointConversionDelaySeconds",
            "conversionSource", "conversionData", "conversionDelaySeconds", "ctwaPayload", "ctwaSignals", "utm",
        ]
        for field in attribution {
            if let value = raw[field], value != .null { context.append(field, value) }
        }
        return context
    }

    /// The quoted message. What it quotes in turn is left out.
    private init(quoted reply: JSONObject) {
        var flat = reply
        flat["replyTo"] = nil
        self.init(flat, JSONObject())
    }
}

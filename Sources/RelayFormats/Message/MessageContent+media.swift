internal import RelayCore
internal import RelayJSON

extension MessageContent {
    static func image(_ node: JSONObject) -> MessageContent {
        var content = captioned(node)
        appendSize(node, to: &content)
        return MessageContent(type: "image", content: content, media: MediaReference(.image, node))
    }

    /// - Parameter isRound: whether it is a video note.
    static func video(_ node: JSONObject, isRound: Bool) -> MessageContent {
        var content = captioned(node)
        content.append("seconds", known: GatewayNumberReader.integer(node["seconds"]))
        appendSize(node, to: &content)
        content.append("gif", raised: node.flag("gifPlayback"))
        content.append("ptv", raised: isRound)
        return MessageContent(type: "video", content: content, media: MediaReference(.video, node))
    }

    static func audio(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("mimetype", orNull: node.text("mimetype"))
        content.append("seconds", known: GatewayNumberReader.integer(node["seconds"]))
        content.append("ptt", .bool(node.flag("ptt")))
        return MessageContent(type: "audio", content: content, media: MediaReference(.audio, node))
    }

    static func document(_ node: JSONObject) -> MessageContent {
        var content = captioned(node)
        content.append("fileName", orNull: node.text("fileName") ?? node.text("title"))
        content.append("title", known: node.text("title"))
        content.append("pageCount", known: GatewayNumberReader.integer(node["pageCount"]))
        return MessageContent(type: "document", content: content, media: MediaReference(.document, node))
    }

    static func sticker(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("mimetype", orNull: node.text("mimetype"))
        appendSize(node, to: &content)
        content.append("animated", .bool(node.flag("isAnimated")))
        content.append("lottie", raised: node.flag("isLottie"))
        return MessageContent(type: "sticker", content: content, media: MediaReference(.sticker, node))
    }

    /// A pack of stickers: a document, a zip file with the pictures.
    static func stickerPack(_ node: JSONObject) -> MessageContent {
        var file = node
        let name = node.text("name")
        file["mimetype"] = "application/zip"
        file["fileName"] = name.map { .string("\($0).zip") }
        var content = captioned(file)
        content.append("fileName", orNull: file.text("fileName"))
        content.append("title", known: name)
        var media = MediaReference(.stickerPack, file)
        if !media.namesFile { media.note("the message came without the address of the sticker pack", .incomplete) }
        return MessageContent(type: "document", content: content, media: media)
    }

    /// The announcement of pictures that are sent together; each picture follows as a separate message.
    static func album(_ node: JSONObject) -> MessageContent {
        var content = JSONObject()
        content.append("images", orNull: GatewayNumberReader.integer(node["expectedImageCount"]))
        content.append("videos", orNull: GatewayNumberReader.integer(node["expectedVideoCount"]))
        return MessageContent(type: "album", content: content)
    }

    private static func captioned(_ node: JSONObject) -> JSONObject {
        var content = JSONObject()
        content.append("caption", orNull: node.text("caption"))
        content.append("mimetype", orNull: node.text("mimetype"))
        return content
    }

    private static func appendSize(_ node: JSONObject, to content: inout JSONObject) {
        content.append("width", known: GatewayNumberReader.integer(node["width"]))
        content.append("height", known: GatewayNumberReader.integer(node["height"]))
    }
}

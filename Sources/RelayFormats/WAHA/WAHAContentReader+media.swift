internal import RelayCore
internal import RelayJSON

/// The file of a message: WAHA's copy, and WhatsApp's encrypted original.
extension WAHAContentReader {
    static func attachMedia(_ payload: JSONObject, to content: inout MessageContent) {
        let media = payload["media"]?.object ?? JSONObject()
        let url = media.text("url") ?? payload.text("mediaUrl")
        guard content.media != nil || url != nil || media.text("data") != nil || payload.flag("hasMedia") else {
            return
        }
        let mimetype = media.text("mimetype") ?? content.media?.object.text("mimetype")
        let kind =
            content.media?.object.text("mediaType").flatMap { MediaKind(rawValue: $0) } ?? kind(of: mimetype)
            ?? .document
        let fileName = media.text("filename") ?? content.media?.object.text("fileName")
        let fileLength = content.media?.object["fileLength"]?.int
        if content.media?.isComplete == false { content.media = nil }
        if let url {
            if content.media == nil {
                content.media = .gateway(
                    kind, url: url, mimetype: mimetype, fileName: fileName, fileLength: fileLength)
            } else {
                content.media?.attach(gatewayURL: url)
            }
        }
        if let base64 = media.text("data") {
            if content.media == nil {
                content.media = MediaReference.file(base64: base64).map {
                    .embedded(kind, $0, mimetype: mimetype, fileName: fileName)
                }
            } else {
                content.media?.attach(base64: base64)
            }
        }
        guard content.media == nil else { return }
        let error = media.text("error") ?? media["error"]?.object?.text("message")
        content.content?.append("mediaStatus", .string(error == nil ? "not_downloaded" : "failed"))
        content.content?.append("mediaError", known: error)
    }

    /// The media kind of a MIME type: WebP pictures are stickers.
    static func kind(of mimetype: String?) -> MediaKind? {
        guard let type = mimetype?.prefix(while: { $0 != ";" }), !type.isEmpty else { return nil }
        if type == "image/webp" || type == "application/was" { return .sticker }
        switch type.prefix(while: { $0 != "/" }) {
        case "image": return .image
        case "video": return .video
        case "audio": return .audio
        default: return .document
        }
    }
}

internal import RelayCore
internal import RelayJSON

/// The file of a message: WAHA's copy, and WhatsApp's encrypted original.
extension WAHAContentReader {
    static func attachMedia(_ payload: JSONObject, to content: inout MessageContent) {
        let media = payload["media"]?.object ?? JSONObject()
        let url = media.text("url") ?? payload.text("mediaUrl")
        let file = media.embeddedFile("data")
        guard content.media != nil || url != nil || file != nil || payload.flag("hasMedia") else { return }
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
        if let file {
            if content.media == nil {
                content.media =
                    EmbeddedFileReader.bytes(file).map {
                        .embedded(kind, $0, mimetype: mimetype, fileName: fileName)
                    } ?? .unreadable(kind, mimetype: mimetype, fileName: fileName)
            } else {
                content.media?.attach(file: file)
            }
        }
        let error = reason(media["error"])
        if content.media != nil {
            if let error, content.media?.embedded == nil {
                content.media?.note("WAHA could not download the file: \(error)")
            }
            return
        }
        content.content?.append("mediaStatus", .string(error == nil ? "not_downloaded" : "failed"))
        content.content?.append("mediaError", known: error)
    }

    private static let longestReason = 500

    /// What WAHA says about a failed download: a text, or an object whose members differ between its engines.
    private static func reason(_ error: JSON?) -> String? {
        guard let error, error != .null else { return nil }
        let told =
            error.string
            ?? ["message", "details", "description", "reason", "error", "name", "code"].lazy
            .compactMap { self.reason(error.object?[$0]) }.first
            ?? (error.object?.isEmpty == true ? nil : error.text)
        return told.flatMap { $0.isEmpty ? nil : String($0.prefix(longestReason)) }
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

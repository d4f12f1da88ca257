internal import RelayCore
internal import RelayJSON

/// Media of gowa: the path of the downloaded file, or an object with `path` or `url`, `caption` and `filename`.
extension GowaContentReader {
    private static let fields: [(name: String, kind: MediaKind)] = [
        ("image", .image), ("video", .video), ("video_note", .video), ("audio", .audio), ("document", .document),
        ("sticker", .sticker),
    ]

    static func media(_ payload: JSONObject) -> MessageContent? {
        for (field, kind) in fields {
            guard let value = payload[field], value.string != nil || value.object != nil else { continue }
            return media(kind, value, caption: payload.text("body"), isRound: field == "video_note")
        }
        return nil
    }

    static func media(
        _ kind: MediaKind, _ value: JSON, caption: String?, isRound: Bool
    ) -> MessageContent {
        let object = value.object ?? JSONObject()
        let path = value.string ?? object.text("path")
        let url = (path ?? object.text("url")).flatMap { $0.isEmpty ? nil : $0 }
        var node = JSONObject()
        node.append("caption", known: object.text("caption") ?? caption)
        node.append("mimetype", known: object.text("mime_type"))
        if kind == .document { node.append("fileName", known: object.text("filename") ?? path.flatMap(fileName)) }
        node.append("ptt", raised: isVoice(url ?? ""))
        node.append("url", known: url)
        var content: MessageContent =
            switch kind {
            case .image: .image(node)
            case .video: .video(node, isRound: isRound)
            case .audio: .audio(node)
            case .document, .stickerPack: .document(node)
            case .sticker: .sticker(node)
            }
        guard let url else {
            content.media = nil
            return content
        }
        // With downloads switched off, gowa sends WhatsApp's URL without the key, so the file cannot be decrypted.
        if !isEncrypted(url) {
            content.media = .gateway(
                kind,
                url: url,
                mimetype: node.text("mimetype"),
                fileName: node.text("fileName")
            )
        }
        return content
    }

    private static func fileName(_ path: String) -> String? {
        path.split(separator: "/").last.map(String.init)
    }

    /// Whether an audio file is a voice note: voice notes are the only audio that WhatsApp stores as Ogg.
    private static func isVoice(_ url: String) -> Bool {
        let path = url.prefix { $0 != "?" }
        return [".ogg", ".oga", ".opus"].contains { path.hasSuffix($0) }
    }

    private static func isEncrypted(_ url: String) -> Bool {
        guard url.hasPrefix("https://") else { return false }
        let host = url.dropFirst("https://".count).prefix { $0 != "/" && $0 != ":" && $0 != "?" }
        return [".whatsapp.net", ".fbcdn.net"].contains { host.hasSuffix($0) }
    }
}

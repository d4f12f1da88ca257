internal import RelayCore
internal import RelayJSON

/// Reads the content of a Chatwoot message.
enum ChatwootContentReader {
    struct Attachment {
        /// `image`, `video`, `audio` or `document`.
        let kind: String
        let json: JSON
    }

    /// The text in WhatsApp's markup. The choices of a form follow it as lines.
    static func text(_ document: JSONObject, _ attributes: JSONObject) -> String? {
        var lines: [String] = []
        if let content = document.text("content") { lines.append(content) }
        for item in attributes["items"]?.array ?? [] {
            guard let title = item.object?.text("title") else { continue }
            let details = item.object?.text("description") ?? item.object?.text("link")
            lines.append("- " + [title, details].compactMap(\.self).joined(separator: ": "))
        }
        return lines.isEmpty ? nil : lines.joined(separator: "\n")
    }

    static func attachments(_ list: [JSON]) -> [Attachment] {
        list.compactMap(\.object).compactMap { attachment in
            guard let url = attachment.text("data_url") else { return nil }
            let kind =
                switch attachment.text("file_type") {
                case "image": "image"
                case "video": "video"
                case "audio": "audio"
                default: "document"
                }
            var json: JSONObject = ["kind": .string(kind), "url": .string(url)]
            json.append("mimetype", known: attachment.text("content_type"))
            json.append("fileName", known: fileName(url))
            json.append("size", known: attachment["file_size"]?.int)
            json.append("voice", raised: isVoice(kind, attachment))
            return Attachment(kind: kind, json: .object(json))
        }
    }

    /// Whether an attachment is a recording made in Chatwoot. Before 4.14.2 no field says so; recordings are Opus in
    /// Ogg.
    private static func isVoice(_ kind: String, _ attachment: JSONObject) -> Bool {
        guard kind == "audio" else { return false }
        let type = attachment.text("content_type")?.lowercased() ?? ""
        return attachment["meta"]?.object?.flag("is_recorded_audio") == true || type.hasPrefix("audio/ogg")
            || type.hasPrefix("audio/opus")
    }

    /// The last path segment of the URL, percent-decoded: the blob's file name.
    private static func fileName(_ url: String) -> String? {
        let path = url.prefix { $0 != "?" && $0 != "#" }
        guard let last = path.split(separator: "/", omittingEmptySubsequences: false).last, !last.isEmpty else {
            return nil
        }
        return PercentCoding.decode(last.utf8) ?? String(last)
    }
}

internal import RelayCore
internal import RelayJSON

/// Files, and the texts that replace them.
extension MessageMarkdownRenderer {
    /// The message's file, or a line that explains why there is none.
    func file(of type: String) -> Content {
        let isVoice = type == "audio" && node.flag("ptt")
        let label = label(type, isVoice: isVoice)
        guard let media = payload["media"]?.object, let url = media.text("url") else {
            return Content(text: "📎 " + label + reason)
        }
        let partType = UploadContentType(
            media.text("mimetype") ?? node.text("mimetype"), kind: type, isVoice: isVoice)
        let stem = (isVoice ? "voice" : type.isEmpty ? "file" : type) + "-" + ChatwootSourceID.plain(plan.target)
        let name = UploadFileNameSanitizer.safe(
            media.text("fileName") ?? node.text("fileName"), stem: stem, type: partType)
        let size = media["size"]?.int
        let link = link(name, url: url, size: size, expiresAt: media.moment("expiresAt"))
        switch plan.options.media {
        case .off: return Content(text: "📎 " + label)
        case .link: return Content(text: link)
        case .attach:
            guard (size ?? 0) <= plan.options.maxSize else { return Content(text: link) }
            let source = NewChatwootAttachment.Source.stored(url: url, sha256: media.text("sha256"), size: size)
            return Content(
                text: "",
                files: [
                    NewChatwootAttachment(
                        source: source, name: name, contentType: partType.name, isVoice: isVoice, link: link)
                ])
        }
    }

    private func label(_ type: String, isVoice: Bool) -> String {
        let notice: AgentPhrase =
            if isVoice {
                .voice
            } else if type == "video", node.flag("ptv") {
                .videoNote
            } else if type == "video", node.flag("gif") {
                .gif
            } else {
                AgentPhrase.kind(type) ?? .document
            }
        let kind = notice.text(in: language)
        guard let name = plain(node.text("fileName")) else { return kind }
        return "\(kind): \(TextTruncation.text(name, to: UploadFileNameSanitizer.limit))"
    }

    /// Why there is no file; empty when no stage tried to fetch it.
    private var reason: String {
        if plan.options.media == .off { return "" }
        let raw = payload["raw_media"]?.object ?? JSONObject()
        let notice: AgentPhrase =
            raw.flag("pending") ? .fileFollows : raw.flag("tooLarge") ? .fileTooLarge : .fileUnavailable
        return " (\(notice.text(in: language)))"
    }

    private func link(_ name: String, url: String, size: Int64?, expiresAt: Timestamp?) -> String {
        let address = url.map { "() <>".contains($0) ? Self.encoded[$0] ?? "" : String($0) }.joined()
        let until = expiresAt.map {
            AgentPhrase.linkUntil.text(in: language, plan.options.clock.text(of: $0, in: language))
        }
        let facts = [size.map(Self.shown), until].compactMap { $0 }
        return "📎 [\(WhatsAppMarkdownConverter.plain(name))](\(address))"
            + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }

    private static let encoded: [Character: String] = [
        "(": "%28", ")": "%29", " ": "%20", "<": "%3C", ">": "%3E",
    ]

    /// A size as text: `734 KB`, `3.2 MB`.
    private static func shown(_ size: Int64) -> String {
        switch size {
        case ..<1000: return "\(size) B"
        case ..<1_000_000: return "\(size / 1000) KB"
        default:
            let tenths = size / 100_000
            return tenths % 10 == 0 ? "\(tenths / 10) MB" : "\(tenths / 10).\(tenths % 10) MB"
        }
    }
}

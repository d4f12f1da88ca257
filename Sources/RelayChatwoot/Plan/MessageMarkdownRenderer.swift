internal import RelayCore
internal import RelayJSON

/// Writes the content of a message as Markdown, with its files.
struct MessageMarkdownRenderer {
    struct Content {
        var text: String
        var files: [ChatwootAttachment] = []
    }

    let plan: ChatwootEventPlanner

    init(_ plan: ChatwootEventPlanner) {
        self.plan = plan
    }

    var payload: JSONObject { plan.payload }
    var language: AgentNoticeLanguage { plan.language }
    /// `payload.content`; a string is treated as an object with that text.
    var node: JSONObject {
        if let text = payload["content"]?.string { return ["text": .string(text)] }
        return payload["content"]?.object ?? JSONObject()
    }

    /// The content, never empty: an unsupported message has a text that says so.
    func content(of type: String) -> Content {
        var content = told(type)
        if content.text.isEmpty, content.files.isEmpty { content.text = unsupported(type) }
        let footnotes = footnotes
        if !footnotes.isEmpty { content.text = paragraphs([content.text] + footnotes) }
        return content
    }

    /// The text without files, for an edit.
    func words(of type: String) -> String {
        if Self.files.contains(type) {
            return formatted(node.text("caption")) ?? AgentNoticeText.kind(type)?.text(in: language) ?? ""
        }
        return content(of: type).text
    }

    private static let files: Set = ["image", "video", "audio", "document", "sticker"]

    private func told(_ type: String) -> Content {
        switch type {
        case "text": return Content(text: text)
        case _ where Self.files.contains(type):
            var content = file(of: type)
            content.text = paragraphs([content.text, formatted(node.text("caption"))])
            return content
        case "location": return Content(text: location)
        case "contact", "contacts": return cards
        case "poll": return Content(text: poll)
        case "button_reply", "list_reply": return Content(text: choice)
        case "order": return Content(text: order)
        case "product": return Content(text: product)
        case "group_invite": return Content(text: invitation)
        default: return Content(text: unsupported(type))
        }
    }

    // MARK: - Helpers

    func formatted(_ text: String?) -> String? {
        guard let text else { return nil }
        let markdown = WhatsAppMarkdownConverter.fromWhatsApp(text, mention: plan.mention)
        return markdown.allSatisfy(\.isWhitespace) ? nil : markdown
    }

    func plain(_ text: String?) -> String? {
        guard let text else { return nil }
        let line = WhatsAppMarkdownConverter.plain(text)
        return line.allSatisfy(\.isWhitespace) ? nil : line
    }

    func bold(_ text: String?) -> String? { plain(text).map { "**\($0)**" } }

    func paragraphs(_ parts: [String?]) -> String {
        parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    func lines(_ parts: [String?]) -> String {
        parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n")
    }

    // MARK: - Texts

    /// A text, or a menu with its options.
    private var text: String {
        let choices = node.objects("choices").compactMap { plain($0.text("text")) }.map { "- " + $0 }
        return paragraphs([formatted(node.text("text")), lines(choices), plain(node.text("footer")).map { "*\($0)*" }])
    }

    /// Lines about the product or the advertisement that the message refers to.
    private var footnotes: [String] {
        var notes: [String] = []
        if let product = payload["referredProduct"]?.object?.text("retailerId") {
            notes.append(
                "🛍 " + AgentNoticeText.aboutProduct.text(in: language, WhatsAppMarkdownConverter.plain(product)))
        }
        if let ad = payload["referral"]?.object {
            let title = bold(ad.text("title") ?? ad.text("body") ?? ad.text("sourceId")) ?? ""
            notes.append(lines(["📣 " + AgentNoticeText.advertisement.text(in: language, title), ad.text("sourceUrl")]))
        }
        return notes
    }

    /// The text for a message without a mapping, with the readable parts of it.
    private func unsupported(_ type: String) -> String {
        let raw = node["raw"]?.object ?? JSONObject()
        if let event = raw["eventMessage"]?.object { return calendarEvent(event) }
        let known = ["text", "caption", "body", "title", "name"].lazy.compactMap(node.text).first
        switch node.text("reason") {
        case "view_once_unavailable": return "👁 " + AgentNoticeText.viewOnceUnavailable.text(in: language)
        case "ciphertext", "undecryptable": return "⏳ " + AgentNoticeText.waiting.text(in: language)
        case let reason:
            let what = type == "unsupported" ? reason ?? raw.text("type") ?? raw.keys.first ?? "?" : type
            let notice =
                "⚠️ "
                + AgentNoticeText.unsupported.text(
                    in: language, WhatsAppMarkdownConverter.plain(TextTruncation.text(what, to: 80)))
            return paragraphs([notice, formatted(known)])
        }
    }

    private func calendarEvent(_ event: JSONObject) -> String {
        let start = event.moment("startTime").map { plan.options.clock.text(of: $0, in: language) }
        return lines([
            "📅 " + (bold(event.text("name")) ?? AgentNoticeText.calendarEvent.text(in: language)), start,
            formatted(event.text("description")), event.text("joinLink"),
        ])
    }
}

extension AgentNoticeText {
    /// The notice that names a message type.
    static func kind(_ type: String) -> AgentNoticeText? {
        switch type {
        case "image": .image
        case "video": .video
        case "audio": .audio
        case "document": .document
        case "sticker": .sticker
        case "location": .location
        case "contact", "contacts": .contact
        case "poll": .poll
        case "order": .order
        case "product": .product
        case "": nil
        default: .text
        }
    }
}

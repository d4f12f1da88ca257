internal import RelayCore
internal import RelayJSON

/// Writes the content of a message as Markdown, with its files.
struct MessageMarkdownRenderer {
    struct Content {
        var text: String
        var files: [NewChatwootAttachment] = []
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
        let parts = menuParts + footnotes(of: type)
        if !parts.isEmpty { content.text = paragraphs([content.text] + parts) }
        return content
    }

    /// The text without files, for an edit.
    func words(of type: String) -> String {
        if Self.files.contains(type) {
            return formatted(node.text("caption")) ?? AgentPhrase.kind(type)?.text(in: language) ?? ""
        }
        return content(of: type).text
    }

    private static let files: Set = ["image", "video", "audio", "document", "sticker"]

    private func told(_ type: String) -> Content {
        switch type {
        case "text": return Content(text: paragraphs([bold(node.text("title")), formatted(node.text("text"))]))
        case _ where Self.files.contains(type):
            var content = file(of: type)
            content.text = paragraphs([content.text, menuTitle, formatted(node.text("caption"))])
            return content
        case "location": return Content(text: location)
        case "contact", "contacts": return cards
        case "poll": return Content(text: poll)
        case "button_reply", "list_reply": return Content(text: choice)
        case "order": return Content(text: order)
        case "product": return Content(text: product)
        case "group_invite": return Content(text: invitation)
        case "event": return Content(text: calendarEvent)
        case "payment": return Content(text: lines([paymentHeading, formatted(node.text("text"))]))
        case "ad_click":
            let text = payload["referral"]?.object.flatMap(advertisement)
            return Content(text: text ?? "📣 " + AgentPhrase.advertisementUnnamed.text(in: language))
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

    /// Lines about the product or the advertisement that the message refers to.
    private func footnotes(of type: String) -> [String] {
        var notes: [String] = []
        if let product = payload["referredProduct"]?.object?.text("retailerId") {
            notes.append(
                "🛍 " + AgentPhrase.aboutProduct.text(in: language, WhatsAppMarkdownConverter.plain(product)))
        }
        if type != "ad_click", let note = payload["referral"]?.object.flatMap(advertisement) { notes.append(note) }
        return notes
    }

    /// The advertisement through which the contact came; nil when the contact came otherwise.
    private func advertisement(_ referral: JSONObject) -> String? {
        let url = referral.text("sourceUrl")
        if let name = bold(referral.text("title") ?? referral.text("body") ?? referral.text("sourceId")) {
            return lines(["📣 " + AgentPhrase.advertisement.text(in: language, name), url])
        }
        let sources = ["conversionSource", "entryPointConversionSource"].compactMap(referral.text)
        let isKnown = url != nil || referral.text("clickId") != nil || referral.text("ctwaPayload") != nil
        guard isKnown || sources.contains(where: { $0.hasPrefix("ctwa") }) else { return nil }
        let app = plain(referral.text("sourceApp") ?? referral.text("entryPointConversionApp")).map { " (\($0))" } ?? ""
        return lines(["📣 " + AgentPhrase.advertisementUnnamed.text(in: language) + app, url])
    }

    /// The text for a message without a mapping, with the readable parts of it.
    private func unsupported(_ type: String) -> String {
        let raw = node["raw"]?.object ?? JSONObject()
        let known = ["text", "caption", "body", "title", "name"].lazy.compactMap(node.text).first
        switch node.text("reason") {
        case "view_once_unavailable": return "👁 " + AgentPhrase.viewOnceUnavailable.text(in: language)
        case "hidden_on_linked_devices": return "🔒 " + AgentPhrase.phoneOnly.text(in: language)
        case "ciphertext", "undecryptable": return "⏳ " + AgentPhrase.waiting.text(in: language)
        case let reason:
            let named = raw["unsupported"]?.object?.text("type") ?? reason ?? raw.text("type") ?? raw.keys.first
            let what = type == "unsupported" ? named ?? "?" : type
            let notice =
                "⚠️ "
                + AgentPhrase.unsupported.text(
                    in: language, WhatsAppMarkdownConverter.plain(TextTruncation.text(what, to: 80)))
            return paragraphs([notice, formatted(known)])
        }
    }
}

extension AgentPhrase {
    /// The notice that names a message type.
    static func kind(_ type: String) -> AgentPhrase? {
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
        case "event": .calendarEvent
        case "payment": .payment
        case "ad_click": .advertisementUnnamed
        case "": nil
        default: .text
        }
    }
}

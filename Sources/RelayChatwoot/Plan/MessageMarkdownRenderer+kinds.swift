internal import RelayCore
internal import RelayJSON

/// Locations, contact cards, polls, menus and products.
extension MessageMarkdownRenderer {
    var location: String {
        guard let latitude = node.number("latitude"), let longitude = node.number("longitude") else { return "" }
        let notice: AgentPhrase = node.flag("live") ? .liveLocation : .location
        return lines([
            "📍 " + (bold(node.text("name")) ?? "**\(notice.text(in: language))**"),
            formatted(node.text("address")),
            formatted(node.text("caption")),
            "https://www.google.com/maps?q=\(latitude),\(longitude)",
        ])
    }

    /// Contact cards: their names and numbers as text, and all cards in one file.
    var cards: Content {
        let cards = node.objects("contacts")
        let texts = cards.map { card in
            lines(
                ["👤 " + (bold(card.text("name")) ?? AgentPhrase.contact.text(in: language))]
                    + (card.texts("phones") + card.texts("emails")).map(formatted) + [
                        formatted(card.text("organization"))
                    ])
        }
        let file = VCardWriter.file(of: cards)
        return Content(
            text: paragraphs(texts), files: plan.options.media == .off ? [] : [file].compactMap { $0 })
    }

    var poll: String {
        lines(
            ["📊 " + (bold(node.text("name")) ?? "")]
                + node.texts("options").map { "- " + WhatsAppMarkdownConverter.plain($0) }
        )
    }

    /// The chosen option of a menu, or the answers in a form.
    var choice: String {
        let title = formatted(node.text("text") ?? node.text("id"))
        // The answers of a simple choice only repeat its text.
        let isForm = !["quick_reply", "single_select", nil].contains(node.text("name"))
        let answers = (isForm ? node["params"]?.object ?? JSONObject() : JSONObject()).compactMap { key, value in
            let text = value.string ?? (value.isNull ? "" : value.text)
            return key == "flow_token" || text.isEmpty
                ? nil : "- \(WhatsAppMarkdownConverter.plain(key)): \(WhatsAppMarkdownConverter.plain(text))"
        }
        let heading = answers.isEmpty ? nil : "📋 **\(AgentPhrase.form.text(in: language))**"
        return paragraphs([
            lines([heading, title, formatted(node.text("description"))]), lines(answers),
            formatted(node.text("response")),
        ])
    }

    var order: String {
        let items = node.objects("items").map { item in
            let price = [item.number("price"), item.text("currency")].compactMap { $0 }.joined(separator: " ")
            let parts = [item.number("quantity").map { $0 + " ×" }, item.text("retailerId"), price]
            return "- "
                + WhatsAppMarkdownConverter.plain(parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " "))
        }
        return paragraphs([
            lines([
                "🛒 " + (bold(node.text("title")) ?? "**\(AgentPhrase.order.text(in: language))**"),
                node.number("itemCount").map { AgentPhrase.items.text(in: language, $0) },
                amount("totalAmount1000"),
            ]),
            lines(items),
            formatted(node.text("text")),
        ])
    }

    var product: String {
        lines([
            "🛍 " + (bold(node.text("title")) ?? "**\(AgentPhrase.product.text(in: language))**"),
            formatted(node.text("description")), amount("priceAmount1000"), formatted(node.text("text")),
            node.text("url"),
        ])
    }

    var invitation: String {
        let name = bold(node.text("groupName")) ?? ""
        return paragraphs([
            "👥 " + AgentPhrase.groupInvite.text(in: language, name), formatted(node.text("text")),
        ])
    }

    /// An amount in thousandths, with its currency.
    private func amount(_ field: String) -> String? {
        guard let thousandths = node[field]?.int, thousandths >= 0 else { return nil }
        let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
        let cents = String(1000 + rest).dropFirst()
        let digits = cents.hasSuffix("0") ? cents.dropLast() : cents
        let point = language == .portuguese ? "," : "."
        return ["\(whole)\(point)\(digits)", node.text("currency")].compactMap { $0 }.joined(separator: " ")
    }
}

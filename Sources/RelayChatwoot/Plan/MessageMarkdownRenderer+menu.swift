internal import RelayCore
internal import RelayJSON

/// What a menu has besides its text or its file: choices, cards, a payment request. Also payments, and calendar events.
extension MessageMarkdownRenderer {
    /// The title of a menu with a file in its header. A document's title is the file's own.
    var menuTitle: String? {
        let isMenu = ["choices", "cards", "payment"].contains { node[$0] != nil }
        return isMenu && payload.text("type") != "document" ? bold(node.text("title")) : nil
    }

    /// Empty for a message that is no menu.
    var menuParts: [String] {
        let cards = node.objects("cards").map { card -> String in
            let content = card["content"]?.object ?? JSONObject()
            let text = paragraphs([
                lines([
                    bold(content.text("title") ?? content.text("fileName")),
                    formatted(content.text("text") ?? content.text("caption")),
                ]),
                choices(content),
            ])
            return text.isEmpty
                ? AgentPhrase.kind(card.text("type") ?? "").map { "📎 " + $0.text(in: language) } ?? "" : text
        }
        let isPayment = payload.text("type") == "payment"
        let footer = plain(node.text("footer")).map { "*\($0)*" }
        let payment = node["payment"]?.object.map { lines([isPayment ? nil : paymentHeading] + paymentLines($0)) }
        return ([choices(node), payment] + cards + [footer]).compactMap { $0 }.filter { !$0.isEmpty }
    }

    /// One line for each choice, with what it opens, copies or calls.
    private func choices(_ content: JSONObject) -> String {
        lines(
            content.objects("choices").map { choice in
                guard let label = plain(choice.text("text")) else { return nil }
                let target = choice.text("url").map(address) ?? plain(choice.text("code") ?? choice.text("phone"))
                let parts = [label, target == label ? nil : target].compactMap { $0 }
                let description = plain(choice.text("description")).map { " (\($0))" } ?? ""
                return "- " + parts.joined(separator: ": ") + description
            })
    }

    /// A URL as it is, so that it can be clicked; anything else as plain text.
    private func address(_ url: String) -> String {
        let isURL = url.hasPrefix("https://") || url.hasPrefix("http://")
        return isURL && !url.contains(where: \.isWhitespace) ? url : WhatsAppMarkdownConverter.plain(url)
    }

    // MARK: Payments

    /// What kind of payment message it is, with the amount.
    var paymentHeading: String {
        let notice: AgentPhrase =
            switch node.text("kind") {
            case "sent": .paymentSent
            case "declined": .paymentDeclined
            case "cancelled": .paymentCancelled
            case "invitation": .paymentInvitation
            case "invoice": .invoice
            default: .paymentRequest
            }
        let payment = node["payment"]?.object ?? JSONObject()
        let sum = money(payment).map { ": \($0)" } ?? ""
        let status = plain(payment.text("status")).map { " (\($0))" } ?? ""
        return "💳 **\(notice.text(in: language))**" + sum + status
    }

    private func paymentLines(_ payment: JSONObject) -> [String?] {
        let type = plain(payment.text("keyType")).map { " (\($0))" } ?? ""
        let items = payment.objects("items").map { item -> String? in
            let parts = [item.number("quantity").map { $0 + " ×" }, plain(item.text("name")), money(item)]
            return "- " + parts.compactMap { $0 }.joined(separator: " ")
        }
        return [
            plain(payment.text("merchantName")),
            plain(payment.text("key")).map { AgentPhrase.pixKey.text(in: language, $0) + type },
            plain(payment.text("code")),
            payment.text("url").map(address),
            plain(payment.text("reference")).map { AgentPhrase.reference.text(in: language, $0) },
        ] + items + [formatted(payment.text("note"))]
    }

    /// `amount` with two or more decimals, and the currency.
    private func money(_ object: JSONObject) -> String? {
        guard let amount = object.number("amount") else { return nil }
        let parts = amount.split(separator: ".", maxSplits: 1)
        var cents = parts.count > 1 ? String(parts[1]) : ""
        while cents.count < 2 { cents += "0" }
        let point = language == .portuguese ? "," : "."
        return ["\(parts.first ?? "0")\(point)\(cents)", plain(object.text("currency"))].compactMap { $0 }
            .joined(separator: " ")
    }

    // MARK: Calendar events and poll results

    var calendarEvent: String {
        let cancelled = node.flag("cancelled") ? " (\(AgentPhrase.cancelled.text(in: language)))" : ""
        let name = bold(node.text("name")) ?? AgentPhrase.calendarEvent.text(in: language)
        let times = ["startsAt", "endsAt"].compactMap(node.moment).map { plan.options.clock.text(of: $0, in: language) }
        return lines(
            ["📅 " + name + cancelled, times.isEmpty ? nil : times.joined(separator: " – ")] + place
                + [formatted(node.text("description")), node.text("joinUrl").map(address)])
    }

    private var place: [String?] {
        guard let place = node["location"]?.object else { return [] }
        let names = [place.text("name"), place.text("address")].compactMap(plain)
        var map: String?
        if let latitude = place.number("latitude"), let longitude = place.number("longitude") {
            map = "https://www.google.com/maps?q=\(latitude),\(longitude)"
        }
        return [names.isEmpty ? nil : "📍 " + names.joined(separator: ", "), map]
    }

    var pollResult: String {
        let results = node.objects("results").map { result -> String? in
            guard let option = plain(result.text("option")) else { return nil }
            return "- \(option): \(result.number("votes") ?? "?")"
        }
        return lines(["📊 " + (bold(node.text("name")) ?? AgentPhrase.poll.text(in: language))] + results)
    }
}

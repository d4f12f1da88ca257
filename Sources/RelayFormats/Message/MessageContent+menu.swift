internal import RelayCore
internal import RelayJSON

extension MessageContent {
    /// A menu that a business sends: a template, a message with buttons, a list or an interactive message. Nil when it
    /// has nothing to show.
    /// - Parameter header: the media of the header, when the format reads it itself.
    static func menu(_ node: JSONObject, header: MessageContent? = nil) -> MessageContent? {
        MenuReader(node, header: header).content
    }
}

/// Reads a menu: its text, its choices and cards, what it asks to pay, and the media in its header.
struct MenuReader {
    /// The members of a template that hold its content.
    private static let templates = [
        "hydratedTemplate", "hydratedFourRowTemplate", "interactiveMessageTemplate", "fourRowTemplate",
    ]
    private static let headerNodes = [
        "imageMessage", "videoMessage", "documentMessage", "locationMessage", "productMessage",
    ]
    /// The highest number of choices and of cards. WhatsApp shows far fewer.
    private static let limit = 100

    private let node: JSONObject
    private let givenHeader: MessageContent?
    /// Whether it is a card of another menu. A card has no cards.
    private let isCard: Bool

    init(_ node: JSONObject, header: MessageContent?, isCard: Bool = false) {
        self.node = Self.templates.lazy.compactMap { node[$0]?.object }.first ?? node
        givenHeader = header
        self.isCard = isCard
    }

    var content: MessageContent? {
        let flow = flow
        let choices = Array((buttons + MenuOption.rows(node["sections"]) + flow.choices).prefix(Self.limit))
        let cards = cards
        guard var content = headerContent ?? textContent(choices, cards, payment: flow.payment),
            var members = content.content
        else { return nil }
        if let title, members["title"] ?? .null == .null, members.text("text") != title {
            members["title"] = .string(title)
        }
        if let footer, members.text("text") != footer { members["footer"] = .string(footer) }
        if !choices.isEmpty { members["choices"] = .array(choices.map(JSON.object)) }
        if !cards.isEmpty { members["cards"] = .array(cards.map(JSON.object)) }
        if let payment = flow.payment { members["payment"] = .object(payment) }
        content.content = members
        content.isMenu = true
        return content
    }

    /// The content of a menu with something in its header; the text of the menu is its caption.
    private var headerContent: MessageContent? {
        guard var content = givenHeader ?? header else { return nil }
        if let text { content.content?[content.type == "product" ? "text" : "caption"] = .string(text) }
        return content
    }

    /// The content of a menu of text. What asks for a payment needs no text; any other menu has one, if only that of a
    /// choice.
    private func textContent(_ choices: [JSONObject], _ cards: [JSONObject], payment: JSONObject?) -> MessageContent? {
        let first = choices.first?.text("text") ?? cards.first?["content"]?.object?.text("text")
        if let label = text ?? title ?? (payment == nil ? footer ?? first : nil) {
            return MessageContent(type: "text", content: ["text": .string(label)])
        }
        guard payment != nil else { return nil }
        return MessageContent(type: "payment", content: ["kind": "request", "text": .null])
    }

    // MARK: Text and header

    private var text: String? {
        node.text("contentText") ?? node.text("hydratedContentText") ?? node["body"]?.object?.text("text")
            ?? node.text("description")
    }

    private var title: String? {
        node["header"]?.object?.text("title") ?? node.text("hydratedTitleText") ?? node.text("title")
            ?? node.text("text")
    }

    private var footer: String? {
        node.text("footerText") ?? node.text("hydratedFooterText") ?? node["footer"]?.object?.text("text")
    }

    /// The media, the place or the product in the header.
    private var header: MessageContent? {
        let members = node["header"]?.object ?? node
        guard let name = Self.headerNodes.first(where: { members[$0]?.object != nil }), let media = members[name] else {
            return nil
        }
        let content = MessageContent(quoted: UnwrappedMessage([name: media]))
        return content.type == "unsupported" ? nil : content
    }

    // MARK: Choices

    /// Buttons of a template and of a message with buttons.
    private var buttons: [JSONObject] {
        let buttons = (node["buttons"]?.array ?? []) + (node["hydratedButtons"]?.array ?? [])
        return buttons.compactMap(\.object).flatMap { button -> [JSONObject] in
            let id = button.text("buttonId")
            if let flow = button["nativeFlowInfo"]?.object, let name = flow.text("name") {
                return NativeFlowButton(name: name, params: flow["paramsJson"], id: id).choices
            }
            let names = ["quickReplyButton", "urlButton", "callButton"]
            let inner = names.lazy.compactMap { button[$0]?.object }.first ?? button
            let choice = MenuOption(
                id: id ?? inner.text("id"),
                text: inner["buttonText"]?.object?.text("displayText") ?? inner.text("displayText"),
                url: inner.text("url"),
                phone: inner.text("phoneNumber"),
                code: inner.text("copyCode")
            )
            return [choice.object].compactMap { $0 }
        }
    }

    /// The buttons of an interactive message: some are choices, some ask for a payment.
    private var flow: (choices: [JSONObject], payment: JSONObject?) {
        var choices: [JSONObject] = []
        var payment: JSONObject?
        for button in (node["nativeFlowMessage"]?["buttons"]?.array ?? []).compactMap(\.object) {
            let button = NativeFlowButton(
                name: button.text("name") ?? "", params: button["buttonParamsJson"], id: nil)
            choices += button.choices
            payment = payment ?? button.payment
        }
        for button in (node["buttons"]?.array ?? []).compactMap(\.object) {
            guard let flow = button["nativeFlowInfo"]?.object, let name = flow.text("name") else { continue }
            payment = payment ?? NativeFlowButton(name: name, params: flow["paramsJson"], id: nil).payment
        }
        return (choices, payment)
    }

    /// The cards of a carousel: `{type, content}`, and `raw_media` when the card has a file.
    private var cards: [JSONObject] {
        guard !isCard else { return [] }
        let nodes = node["carouselMessage"]?["cards"]?.array ?? []
        return nodes.prefix(Self.limit).compactMap(\.object).compactMap { node in
            guard let content = MenuReader(node, header: nil, isCard: true).content else { return nil }
            return content.card
        }
    }
}

extension MessageContent {
    /// The content as a card of a carousel: `{type, content}`, and `raw_media` when there is a file.
    var card: JSONObject {
        var card: JSONObject = ["type": .string(type), "content": content.map(JSON.object) ?? .null]
        if let media, media.namesFile { card.append("raw_media", .object(media.object)) }
        return card
    }
}

/// One choice of a menu: `{id, text}`, and what it opens, calls or copies.
struct MenuOption {
    var id: String?
    /// The label.
    var text: String?
    var url: String?
    /// The phone number that it calls.
    var phone: String?
    /// The code that it copies.
    var code: String?
    var description: String?

    /// Nil when there is nothing to show.
    var object: JSONObject? {
        guard let label = text ?? url ?? code ?? phone else { return nil }
        var choice = JSONObject()
        choice.append("id", orNull: id)
        choice.append("text", .string(label))
        choice.append("url", known: url)
        choice.append("phone", known: phone)
        choice.append("code", known: code)
        choice.append("description", known: description)
        return choice
    }

    /// The rows of a list, section by section.
    static func rows(_ sections: JSON?) -> [JSONObject] {
        (sections?.array ?? []).flatMap { $0["rows"]?.array ?? [] }.compactMap(\.object).compactMap { row in
            MenuOption(
                id: row.text("rowId") ?? row.text("id"), text: row.text("title"), description: row.text("description")
            ).object
        }
    }
}

internal import RelayCore
internal import RelayJSON

/// Menus of gowa. `template` and `buttons` are its own objects, `{title, body, footer, buttons, cards}`; `interactive` is
/// its summary of a menu in one text, with the files of the header and the cards in `interactive_media`.
extension GowaContentReader {
    static func menu(_ payload: JSONObject) -> MessageContent? {
        if let menu = (payload["template"] ?? payload["buttons"])?.object {
            return .menu(node(menu), header: media(payload))
        }
        guard let summary = payload.text("interactive") else { return nil }
        let files = (payload["interactive_media"]?.array ?? []).compactMap(\.string).map(file)
        let text = payload.text("body") ?? summary
        var content = MessageContent.menu(["contentText": .string(text)], header: files.first)
        // gowa does not say which file belongs to which card.
        if files.count > 1 { content?.content?["cards"] = .array(files.dropFirst().map { .object($0.card) }) }
        return content
    }

    /// A file of a menu, of which gowa sends only the path.
    private static func file(at path: String) -> MessageContent {
        let name = path.prefix { $0 != "?" }.split(separator: ".").last?.lowercased() ?? ""
        let kind: MediaKind =
            switch name {
            case "jpg", "jpeg", "png", "webp", "gif": .image
            case "mp4", "3gp", "mov": .video
            default: .document
            }
        return media(kind, .string(path), caption: nil, isRound: false)
    }

    private static func node(_ menu: JSONObject) -> JSONObject {
        var node = JSONObject()
        node.append("contentText", known: menu.text("body"))
        node.append("title", known: menu.text("title") ?? menu.text("subtitle"))
        node.append("footerText", known: menu.text("footer"))
        let buttons = (menu["buttons"]?.array ?? []).compactMap(\.object)
        node.append("buttons", .array(buttons.filter { $0["rows"] == nil }.map { .object(button($0)) }))
        node.append("sections", .array(buttons.compactMap { $0["rows"] }.map { ["rows": $0] }))
        let cards = (menu["cards"]?.array ?? []).compactMap(\.object)
        if !cards.isEmpty {
            node.append("carouselMessage", ["cards": .array(cards.map { .object(self.node($0)) })])
        }
        return node
    }

    private static func button(_ button: JSONObject) -> JSONObject {
        var choice = JSONObject()
        choice.append("id", known: button.text("id"))
        choice.append("displayText", known: button.text("text"))
        choice.append("url", known: button.text("url"))
        choice.append("phoneNumber", known: button.text("phone_number"))
        choice.append("copyCode", known: button.text("code"))
        return choice
    }
}

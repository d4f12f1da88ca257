internal import RelayJSON

/// Writes contact cards as a vCard file (RFC 2426).
enum VCardWriter {
    /// All cards in one file; nil when they are empty.
    static func file(of cards: [JSONObject]) -> NewChatwootAttachment? {
        let texts = cards.compactMap { $0.text("vcard") ?? written($0) }
        guard !texts.isEmpty else { return nil }
        let type = UploadContentType("text/vcard", kind: "document", isVoice: false)
        let name = cards.count == 1 ? cards.first?.text("name") : nil
        let text = texts.map { $0.utf8.last == UInt8(ascii: "\n") ? $0 : $0 + "\r\n" }.joined()
        return NewChatwootAttachment(
            source: .bytes(Array(text.utf8)),
            // The ".vcf" prevents a dot in the name from being taken for an extension.
            name: UploadFileNameSanitizer.safe(
                name.map { $0 + ".vcf" }, stem: cards.count == 1 ? "contact" : "contacts", type: type),
            contentType: type.name, isVoice: false, link: nil)
    }

    /// The vCard text of a card that was received as separate fields.
    private static func written(_ card: JSONObject) -> String? {
        let phones = card.texts("phones")
        let emails = card.texts("emails")
        guard let name = card.text("name") ?? phones.first ?? emails.first else { return nil }
        var lines = ["BEGIN:VCARD", "VERSION:3.0", "FN:" + escaped(name), "N:" + escaped(name) + ";;;;"]
        lines += phones.map { "TEL:" + escaped($0) } + emails.map { "EMAIL:" + escaped($0) }
        if let organization = card.text("organization") { lines.append("ORG:" + escaped(organization)) }
        lines += card.texts("urls").map { "URL:" + escaped($0) }
        return (lines + ["END:VCARD"]).joined(separator: "\r\n") + "\r\n"
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\", ",", ";": "\\\(character)"
            case _ where character.isNewline: "\\n"
            default: String(character)
            }
        }.joined()
    }
}

extension EventCatalogue {
    /// What a menu of a business adds to its text, to the file in its header, or to another content.
    static let menu = EventFieldGroup(
        name: "menu", title: "Menus",
        fields: [
            .sometimes("title", .text, when: "the menu has one beside its text", "The title."),
            .sometimes("footer", .text, when: "the menu has one", "The small text below."),
            .sometimes("choices", .list(.object(choice)), when: "the menu has any", "The buttons or rows."),
            .sometimes(
                "cards", .list(.object(card)), when: "the menu is a carousel, or has more than one file", "The cards."),
            .sometimes("payment", .object(payment), when: "the menu asks for a payment", "What is to be paid."),
        ]
    )

    private static let choice: [EventField] = [
        .always("id", .text, nullWhen: "it has none", "The id that a reply names."),
        .always("text", .text, "The label."),
        .sometimes("url", .text, when: "it opens one", "The URL that it opens."),
        .sometimes("phone", .text, when: "it calls one", "The number that it calls."),
        .sometimes("code", .text, when: "it copies one", "The code that it copies."),
        .sometimes("description", .text, when: "it has one", "The text below the label."),
    ]

    private static let card: [EventField] = [
        .always(
            "type", .word(["text", "image", "video", "document", "location", "product", "payment"]),
            "The type of its content."),
        .always("content", .content, nullWhen: "the card has none", "Its content, as of a message of this type."),
        .sometimes("raw_media", .object(rawMedia), when: "the card has a file", "The reference to the file."),
    ]

    /// What is to be paid.
    static let payment: [EventField] = [
        .always("key", .text, nullWhen: "it has none", "The Pix key."),
        .always("amount", .number, nullWhen: "the payer chooses it", "The amount in units of the currency, exact."),
        .always("currency", .text, nullWhen: "it is not known", "The currency (ISO 4217)."),
        .always("reference", .text, nullWhen: "it has none", "The seller's own name for the order."),
        .sometimes(
            "method", .openWord("pix_static_code", "pix_dynamic_code", "payment_link", "boleto"), when: "it is known",
            "The way to pay, in WhatsApp's words."),
        .sometimes(
            "keyType", .openWord("CPF", "CNPJ", "PHONE", "EMAIL", "EVP"), when: "it is known", "What the key is."),
        .sometimes("merchantName", .name, when: "it is known", "Who is paid."),
        .sometimes(
            "code", .text, when: "it has one", "The code to copy: Pix \"copia e cola\", or the digits of a boleto."),
        .sometimes("url", .text, when: "it has one", "The page to pay on."),
        .sometimes(
            "status", .openWord("pending", "completed"), when: "it is known",
            "The state of the order, in WhatsApp's words."),
        .sometimes("note", .text, when: "it has one", "A note to the payer."),
        .sometimes("items", .list(.object(item)), when: "it lists them", "What is paid for."),
    ]

    private static let item: [EventField] = [
        .always("name", .name, "The name."),
        .always("quantity", .integer, nullWhen: "it is not known", "How many."),
        .always("amount", .number, nullWhen: "it is not known", "The price in units of the currency, exact."),
        .sometimes("retailerId", .text, when: "it is known", "The seller's own id."),
    ]
}

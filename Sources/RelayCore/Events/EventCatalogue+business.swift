extension EventCatalogue {
    static let businessContents = [
        ContentDescription(
            "order", "An order.",
            [
                .always("orderId", .text, nullWhen: "the gateway does not send it", "The order's id."),
                .always("title", .text, nullWhen: "the gateway does not send it", "The order's title."),
                .always("text", .text, nullWhen: "the person wrote none", "The person's text."),
                .always("itemCount", .integer, nullWhen: "it is not known", "The number of items."),
                .always(
                    "totalAmount1000", .integer, nullWhen: "the gateway does not send it",
                    "The total in thousandths of the currency."),
                .always("currency", .text, nullWhen: "it is not known", "The currency (ISO 4217)."),
                .sometimes("sellerId", .jid, when: "it is known", "The seller."),
                .sometimes("token", .text, when: "it is known", "The token with which the seller reads the order."),
                .sometimes(
                    "catalogId", .text, when: "the gateway is Meta", nullWhen: "Meta sends none", "The catalogue."),
                .sometimes("items", .list(.object(item)), when: "the gateway is Meta", "The items."),
            ]),
        ContentDescription(
            "product", "A product of a catalogue.", shared: [menu.omitting("title")],
            [
                .always("productId", .text, nullWhen: "the gateway does not send it", "The product's id."),
                .always("title", .name, nullWhen: "the gateway does not send it", "The product's name."),
                .always("description", .text, nullWhen: "the gateway does not send it", "The product's description."),
                .always("text", .text, nullWhen: "the person wrote none", "The text of the message."),
                .always(
                    "priceAmount1000", .integer, nullWhen: "the gateway does not send it",
                    "The price in thousandths of the currency."),
                .always("currency", .text, nullWhen: "it is not known", "The currency (ISO 4217)."),
                .sometimes("url", .text, when: "it is known", "The product's page."),
                .sometimes("retailerId", .text, when: "it is known", "The seller's own id."),
                .sometimes("sellerId", .jid, when: "it is known", "The seller."),
            ]),
        ContentDescription(
            "payment", "WhatsApp's own payments, and menus that ask for a payment and have no text.",
            shared: [menu.omitting("payment")],
            [
                .always(
                    "kind", .word(["request", "sent", "declined", "cancelled", "invitation", "invoice"]), "What it is."),
                .always("text", .text, nullWhen: "it has none", "The note of the sender."),
                .sometimes("targetMessageId", .text, when: "it answers a request", "The request."),
                .sometimes(
                    "expiresAt", .seconds, when: "the request has an end", "Until when the request can be paid."),
                .always("payment", .object(payment), "What is to be paid, or was paid."),
            ]),
        ContentDescription(
            "group_invite", "An invitation to a group.",
            [
                .always("groupId", .jid, nullWhen: "the gateway does not send it", "The group."),
                .always("groupName", .name, nullWhen: "the gateway does not send it", "The group's subject."),
                .always("text", .text, nullWhen: "the person wrote none", "The text of the message."),
                .always("inviteCode", .text, nullWhen: "the gateway does not send it", "The code of the invitation."),
                .sometimes("expiresAt", .seconds, when: "it is known", "When the invitation expires."),
            ]),
        ContentDescription(
            "ad_click", "The person came from an advertisement and has sent no text; `referral` has the advertisement.",
            [.always("title", .text, nullWhen: "it is not known", "The advertisement's title.")]),
    ]

    private static let item: [EventField] = [
        .always("retailerId", .text, nullWhen: "Meta sends none", "The seller's own id of the product."),
        .always("quantity", .integer, nullWhen: "Meta sends none", "How many."),
        .always("price", .number, nullWhen: "Meta sends none", "The price of one."),
        .always("currency", .text, nullWhen: "Meta sends none", "The currency (ISO 4217)."),
    ]
}

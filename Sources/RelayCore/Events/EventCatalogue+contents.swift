extension EventCatalogue {
    private static let notSent = "the message has none"
    private static let known = "it is known"

    static let textContents = [
        ContentDescription(
            "text", "A text, also that of a menu.", shared: [menu],
            [
                .always("text", .text, "The text."),
                .sometimes("link", .object(link), when: "the text has a link with a preview", "The preview of a link."),
            ])
    ]

    private static let link: [EventField] = [
        .sometimes("url", .text, when: known, "The URL."),
        .sometimes("title", .text, when: known, "The page's title."),
        .sometimes("description", .text, when: known, "The page's description."),
    ]

    // MARK: Files

    private static let mimetype = EventField.always(
        "mimetype", .text, nullWhen: "the gateway does not report it", "The file's type, as the sender states it.")
    private static let caption = EventField.always("caption", .text, nullWhen: notSent, "The text below the file.")
    private static let seconds = EventField.sometimes("seconds", .integer, when: known, "The duration.")
    private static let size: [EventField] = [
        .sometimes("width", .integer, when: known, "Pixels."),
        .sometimes("height", .integer, when: known, "Pixels."),
    ]

    /// What WAHA reports about a file that it does not have.
    private static let missingFile = EventFieldGroup(
        name: "missing_file", title: "A file that WAHA does not have",
        fields: [
            .sometimes(
                "mediaStatus", .word(["not_downloaded", "failed"]), when: "WAHA has not downloaded the file",
                "Why there is neither `media` nor `raw_media`."),
            .sometimes("mediaError", .text, when: "the download failed and WAHA gives a reason", "The reason."),
        ]
    )

    static let mediaContents = [
        ContentDescription(
            "image", "An image.", hasFile: true, shared: [menu, missingFile], [caption, mimetype] + size),
        ContentDescription(
            "video", "A video, a round video note or an animation.", hasFile: true, shared: [menu, missingFile],
            [caption, mimetype, seconds] + size + [
                .sometimes("gif", .boolean, when: "it is true", "Whether it plays as an animation."),
                .sometimes("ptv", .boolean, when: "it is true", "Whether it is a round video note."),
            ]),
        ContentDescription(
            "audio", "A voice note or another sound.", hasFile: true, shared: [missingFile],
            [
                mimetype, seconds,
                .always("ptt", .boolean, "Whether it is a voice note."),
                .sometimes("transcript", .text, when: "Evolution API has made one", "What is said."),
            ]),
        ContentDescription(
            "document", "A document.", hasFile: true, shared: [menu.omitting("title"), missingFile],
            [
                caption, mimetype,
                .always("fileName", .name, nullWhen: notSent, "The file's name."),
                .sometimes("title", .name, when: known, "The title of the document, or of the menu."),
                .sometimes("pageCount", .integer, when: known, "The number of pages."),
            ]),
        ContentDescription(
            "sticker", "A sticker.", hasFile: true, shared: [missingFile],
            [mimetype] + size + [
                .always("animated", .boolean, "Whether it moves."),
                .sometimes("lottie", .boolean, when: "it is true", "Whether it is an animation in Lottie's format."),
            ]),
        ContentDescription(
            "album", "The announcement of files that are sent together; each follows as a message.",
            [
                .always("images", .integer, nullWhen: "it is not known", "The number of images."),
                .always("videos", .integer, nullWhen: "it is not known", "The number of videos."),
            ]),
    ]

    // MARK: Places and people

    static let placeContents = [
        ContentDescription(
            "location", "A place.", shared: [menu],
            [
                .always("latitude", .number, "Degrees."),
                .always("longitude", .number, "Degrees."),
                .always("name", .name, nullWhen: notSent, "The place's name."),
                .always("address", .text, nullWhen: notSent, "The place's address."),
                .always("live", .boolean, "Whether the position is followed."),
                .sometimes("url", .text, when: known, "A URL of the place."),
                .sometimes("caption", .text, when: "the message has one", "The text below the place."),
                .sometimes("accuracyMeters", .integer, when: "it is live", "The accuracy in metres."),
                .sometimes("sequenceNumber", .integer, when: "it is live", "The number of the position."),
            ]),
        ContentDescription(
            "contact", "One or more contact cards.",
            [.always("contacts", .list(.object(card)), "The cards.")]),
    ]

    private static let card: [EventField] = [
        .always("name", .name, nullWhen: "the card has none", "The name."),
        .always("vcard", .text, nullWhen: "the gateway does not send it", "The whole card (RFC 6350)."),
        .always("phones", .list(.text), "The phone numbers, as written."),
        .sometimes(
            "waIds", .list(.text), when: "Meta sends them", "The numbers that are known to WhatsApp, in digits."),
        .sometimes("emails", .list(.text), when: "Meta sends them", "The e-mail addresses."),
        .sometimes("urls", .list(.text), when: "Meta sends them", "The websites."),
        .sometimes("organization", .name, when: "Meta sends it", "The company."),
        .sometimes("birthday", .text, when: "Meta sends it", "The birthday: YYYY-MM-DD."),
        .sometimes(
            "addresses", .list(.anyObject), when: "Meta sends them", "The postal addresses, as Meta writes them."),
    ]

    // MARK: Replies to menus

    private static let replyName = EventField.sometimes(
        "name", .openWord("quick_reply", "single_select", "flow", "address_message", "call_permission_reply"),
        when: "the menu has the newer form", "The kind of menu.")
    private static let replyParams = EventField.sometimes(
        "params", .anyObject, when: "the reply has more than a choice",
        "The reply as WhatsApp sends it, such as the answers of a form.")

    static let replyContents = [
        ContentDescription(
            "button_reply", "The person has chosen a button, or has filled in a form.",
            [
                .always("id", .text, nullWhen: "the reply has none", "The button's id."),
                .always("text", .text, nullWhen: "the reply has none", "The button's label."),
                .sometimes("index", .integer, when: known, "The number of the button, from 0."),
                replyName, replyParams,
                .sometimes(
                    "response", .text, when: "the answers of a form cannot be read", "The answers as Meta sends them."),
            ]),
        ContentDescription(
            "list_reply", "The person has chosen a row of a list.",
            [
                .always("id", .text, nullWhen: "the reply has none", "The row's id."),
                .always("text", .text, nullWhen: "the reply has none", "The row's title."),
                .always("description", .text, nullWhen: "the reply has none", "The row's description."),
                replyName, replyParams,
            ]),
    ]
}

extension EventCatalogue {
    /// What a gateway leaves out when it does not report a chat.
    private static let noChat = "the gateway does not name the chat"
    private static let unnamed = "nobody has told it: see the names above"

    /// What a message, an edit, a deletion and a reaction have in common: the fields of stage-07, and those beside them.
    static let message = EventFieldGroup(
        name: "message", title: "Every message",
        fields: [
            .always(
                "messageId", .text, nullWhen: "a whole chat was deleted",
                "WhatsApp's id of the message, unique within its chat. For an edit or a deletion, that of the message which it changes."
            ),
            .always("chatId", .jid, nullWhen: noChat, "The chat: the other person, the group or the list."),
            .always(
                "from", .jid, nullWhen: "the account itself is the author, or the gateway does not name the author",
                "The author."),
            .always(
                "participant", .jid, nullWhen: "the chat is no group and no status",
                "The author within a group or status."),
            .always("type", .word(contents.map(\.name) + ["deleted"], isOpen: false), "The type of the content."),
            .always("content", .content, nullWhen: "the message was deleted", "The content: see the type."),
            .always("chatName", .name, nullWhen: unnamed, "The name of the chat."),
            .always("chatImageUrl", .text, nullWhen: unnamed, "The URL of the chat's picture, which expires."),
            .always("participantName", .name, nullWhen: unnamed, "The name of the author within a group or status."),
            .always("groupId", .jid, nullWhen: "the chat is no group", "The group: the same as `chatId`."),
            .always("groupName", .name, nullWhen: unnamed, "The subject of the group."),
            .always("groupImageUrl", .text, nullWhen: unnamed, "The URL of the group's picture, which expires."),
            .always("contactName", .name, nullWhen: unnamed, "The name of the person, in a direct chat."),
            .always(
                "contactImageUrl", .text, nullWhen: unnamed,
                "The URL of the person's picture, in a direct chat; it expires."),
            .always("isGroup", .boolean, "Whether the chat is a group."),
            .always(
                "timestamp", .seconds,
                "When it happened according to WhatsApp, or when the relay received it: see `timestampSource`."),
            .always(
                "fromMe", .boolean, nullWhen: "the gateway does not tell who edited or deleted the message",
                "Whether the account itself is the author."),
            .always("chatKind", chatKinds, nullWhen: noChat, "What the chat is."),
            .always(
                "wa_message_id", .text, nullWhen: "a whole chat was deleted",
                "The same as `messageId`, under stage-07's other name."),
            timestampSource, chatLid, participantLid,
            .sometimes(
                "pushName", .name, when: "another person is the author and the gateway reports it",
                "The name that the author chose in WhatsApp."),
            .sometimes(
                "verifiedName", .name, when: "the author is a business that WhatsApp has verified",
                "The verified name of the author."),
            .sometimes(
                "chatImageExpiresAt", .seconds, when: "`chatImageUrl` tells it", "When the URL of the picture expires."),
            .sometimes(
                "contactImageExpiresAt", .seconds, when: "`contactImageUrl` tells it",
                "When the URL of the picture expires."),
            .sometimes(
                "groupImageExpiresAt", .seconds, when: "`groupImageUrl` tells it",
                "When the URL of the picture expires."),
        ]
    )

    /// What a message has beside its content.
    static let context = EventFieldGroup(
        name: "context", title: "Context of a message",
        fields: [
            .sometimes(
                "quoted", .object(quoted), when: "the message answers another one", "The message that it answers."),
            .sometimes("forwarded", .boolean, when: "it is true", "Whether it was forwarded."),
            .sometimes(
                "frequentlyForwarded", .boolean, when: "it is true", "Whether it was forwarded many times."),
            .sometimes(
                "mentions", .list(.object(mentioned)), when: "it mentions people",
                "The people. `enrich` with `contact_name` fills in what the directory knows of them."),
            .sometimes(
                "referredProduct", .object(referredProduct), when: "it asks about a product of a catalogue",
                "The product."),
            .sometimes(
                "referral", .object(referral), when: "WhatsApp tells where the person came from",
                "Where the person came from, above all the advertisement."),
            .sometimes("viewOnce", .boolean, when: "it is true", "Whether the file can be opened only once."),
            .sometimes("ephemeral", .boolean, when: "it is true", "Whether the message disappears."),
            .sometimes(
                "history", .boolean, when: "it is true", "Whether it comes from a synchronization of the history."),
            .sometimes(
                "broadcastList", .jid, when: "it came through a broadcast list", "The broadcast list."),
            .sometimes(
                "media", .object(media), when: "the message has a file and the stage `media` has stored it", "The file."
            ),
            .sometimes(
                "raw_media", .object(rawMedia), when: "the message has a file and there is no `media`",
                "The reference to the file, and why the relay does not have it."),
        ]
    )

    static let chatKinds = EventFieldType.word(["direct", "group", "status", "broadcast", "newsletter"])

    static let timestampSource = EventField.sometimes(
        "timestampSource", .word(["received"]), when: "the gateway reports no time",
        "That `timestamp` is the time of receipt.")
    static let chatLid = EventField.sometimes(
        "chatLid", .jid, when: "`chatId` has the phone number and the hidden identity is known",
        "The hidden identity of the chat.")
    static let participantLid = EventField.sometimes(
        "participantLid", .jid, when: "`participant` has the phone number and the hidden identity is known",
        "The hidden identity of the participant.")

    private static let quoted: [EventField] = [
        .always("messageId", .text, "The id of the quoted message."),
        .always(
            "participant", .jid, nullWhen: "the gateway does not name the author", "The author of the quoted message."),
        .sometimes(
            "participantLid", .jid, when: "`participant` has the phone number and the hidden identity is known",
            "The hidden identity of the quoted message's author."),
        .always(
            "type", .word(contents.map(\.name), isOpen: false),
            nullWhen: "the gateway does not send the quoted message",
            "The type of its content."),
        .always("text", .text, nullWhen: "it has none, or the gateway does not send it", "Its text, caption or name."),
        .sometimes("chatId", .jid, when: "it is in another chat, as a status is", "The chat of the quoted message."),
        .sometimes(
            "participantName", .name, when: "the directory knows it and `enrich` runs with `contact_name`",
            "The name of its author."),
    ]

    private static let mentioned: [EventField] = [
        .always("id", .jid, "The phone number's JID when it is known, otherwise the JID that the gateway names."),
        .always("lid", .jid, nullWhen: "it is not known", "The hidden identity."),
        .always("phone", .text, nullWhen: "it is not known", "The phone number in digits."),
        .always("name", .name, nullWhen: "it is not known", "The name."),
    ]

    private static let referredProduct: [EventField] = [
        .always("catalogId", .text, nullWhen: "Meta does not send it", "The catalogue."),
        .always("retailerId", .text, nullWhen: "Meta does not send it", "The seller's own id of the product."),
    ]
}

extension EventCatalogue {
    /// What agents want done on WhatsApp. Destinations of the kind `whatsapp` carry it out.
    static let commandEvents: [EventDescription] = [
        EventDescription(
            .messageSend, "An agent has written a message that is to be sent.",
            forms: [
                EventForm(
                    own: [
                        .always(
                            "type", .word(["text", "image", "video", "audio", "document"]),
                            "The kind of the first attachment, or `text`."),
                        .always("text", .text, nullWhen: "there are attachments only", "The text."),
                        .sometimes(
                            "textFormat", .word(["markdown"]), when: "there is `text`", "How the text is formatted."),
                        .sometimes(
                            "attachments", .list(.object(attachment)), when: "there are files", "The files."),
                        .sometimes(
                            "quoted",
                            .object([.always("messageId", .text, "WhatsApp's id of the quoted message.")]),
                            when: "it answers a message from WhatsApp", "The message that it answers."),
                        .sometimes("agent", .object(agent), when: "Chatwoot names the sender", "Who wrote it."),
                        .sometimes(
                            "retry", .boolean, when: "it is true", "Whether an agent sends it again after a failure."),
                    ],
                    shared: [command])
            ]
        ),
        EventDescription(
            .messageRevoke, "An agent has deleted a message, which is to be deleted on WhatsApp.",
            forms: [EventForm(shared: [command])]
        ),
    ]

    private static let command = EventFieldGroup(
        name: "command", title: "Every command",
        fields: [
            .always("commandId", .text, "The command: `cw-`, the account and the message in Chatwoot."),
            .always("chatId", .jid, nullWhen: "the contact has no WhatsApp number", "The recipient."),
            .always("chatKind", chatKinds, nullWhen: "the contact has no WhatsApp number", "What the chat is."),
            .sometimes("problem", .text, when: "it cannot be carried out", "Why, for the agent."),
            .always("chatwoot", .object(chatwoot), "Where the message is in Chatwoot."),
        ]
    )

    private static let chatwoot: [EventField] = [
        .always("account", .integer, "The account's id."),
        .always("message", .integer, "The message's id."),
        .always("inbox", .integer, nullWhen: "Chatwoot does not send it", "The inbox's id."),
        .always("conversation", .integer, nullWhen: "Chatwoot does not send it", "The conversation's number."),
        .sometimes("inReplyTo", .integer, when: "it answers a message", "The id of that message."),
    ]

    private static let attachment: [EventField] = [
        .always("kind", .word(["image", "video", "audio", "document"]), "What it is."),
        .always("url", .text, "The URL of the file."),
        .sometimes("mimetype", .text, when: "Chatwoot sends it", "The type."),
        .sometimes("fileName", .name, when: "the URL tells it", "The name."),
        .sometimes("size", .integer, when: "Chatwoot sends it", "Bytes."),
        .sometimes("voice", .boolean, when: "it is true", "Whether it is a voice note."),
    ]

    private static let agent: [EventField] = [
        .sometimes("id", .integer, when: "Chatwoot sends it", "The agent's id."),
        .sometimes("name", .name, when: "Chatwoot sends it", "The agent's name."),
        .sometimes("type", .openWord("user", "agent_bot"), when: "Chatwoot sends it", "What the sender is."),
    ]
}

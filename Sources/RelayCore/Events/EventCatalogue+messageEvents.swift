extension EventCatalogue {
    static let messageEvents: [EventDescription] = [
        EventDescription(
            .messageReceived, "Somebody else has written a message.",
            forms: [EventForm(own: [historyStatus], shared: [message, context, meta])]
        ),
        EventDescription(
            .messageSent, "The account has sent a message.",
            forms: [
                EventForm(
                    "The message itself, as a phone or another device sent it",
                    own: [to, historyStatus, source], shared: [message, context, meta]),
                EventForm(
                    "The confirmation of WhatsApp's server", own: [to, status(["sent"])],
                    shared: [receipt, meta, metaReceipt]),
            ]
        ),
        EventDescription(
            .messageDelivered, "A message that the account sent has reached a device.",
            forms: [EventForm(own: [status(["delivered"])], shared: [receipt, meta, metaReceipt])]
        ),
        EventDescription(
            .messageRead, "A message that the account sent was read or played.",
            forms: [EventForm(own: [status(["read", "played"])], shared: [receipt, meta, metaReceipt])]
        ),
        EventDescription(
            .messageFailed, "A message could not be sent.",
            forms: [
                EventForm(
                    own: [
                        .always("error", .text, "The reason, for people; `unknown` when the gateway gives none."),
                        .always("attempts", .integer, nullWhen: "the gateway does not report it", "The attempts made."),
                        .sometimes("errorCode", .text, when: "the gateway reports one", "The code of the reason."),
                        status(["failed"]),
                    ],
                    shared: [receipt, meta, metaReceipt])
            ]
        ),
        EventDescription(
            .messageUpdated,
            "A message was edited, got votes or answers, or its file has arrived late. `content` has what is new.",
            forms: [
                EventForm(
                    own: [
                        target,
                        .sometimes(
                            "update", .word(["media"]), when: "a late file has arrived",
                            "What is new, when it is no edit. `content` is then that of the message."),
                        .sometimes(
                            "previousContent", .anyObject, when: "the gateway reports it",
                            "The content before the edit."),
                    ],
                    shared: [message, context, meta])
            ]
        ),
        EventDescription(
            .messageDeleted, "A message was deleted.",
            forms: [
                EventForm(
                    own: [
                        .sometimes(
                            "targetMessageId", .text, when: "a single message was deleted",
                            "The message: the same as `messageId`."),
                        .sometimes(
                            "deletedFor", .word(["me"]), when: "others still have the message",
                            "That it was deleted for the account alone."),
                        .sometimes(
                            "all", .boolean, when: "it is true", "Whether all messages of the chat were deleted."),
                    ],
                    shared: [message, meta, metaReceipt])
            ]
        ),
        EventDescription(
            .messageReaction, "Somebody has reacted to a message, or has taken the reaction back.",
            forms: [EventForm(own: [target], shared: [message, meta])]
        ),
    ]

    /// What the receipts of a message that the account sent have in common.
    private static let receipt = EventFieldGroup(
        name: "receipt", title: "Every receipt",
        fields: [
            .always("messageId", .text, "WhatsApp's id of the message, unique within its chat."),
            .always("wa_message_id", .text, "The same as `messageId`, under stage-07's other name."),
            .always("timestamp", .seconds, "When it happened, or when the relay received it: see `timestampSource`."),
            .always("chatId", .jid, nullWhen: "the gateway does not name the chat", "The chat of the message."),
            .always(
                "participant", .jid, nullWhen: "the chat is no group, or the gateway does not name the member",
                "The member of the group who has the message."),
            .always("isGroup", .boolean, "Whether the chat is a group."),
            .always("fromMe", .boolean, "True: the account sent the message."),
            .always("chatKind", chatKinds, nullWhen: "the gateway does not name the chat", "What the chat is."),
            timestampSource, chatLid, participantLid,
        ]
    )

    private static func status(_ words: [String]) -> EventField {
        .always("status", .word(words), "The state that the message has reached.")
    }

    private static let to = EventField.always(
        "to", .jid, nullWhen: "the gateway does not name the chat", "The recipient: the same as `chatId`.")
    private static let target = EventField.always(
        "targetMessageId", .text, "The message that is changed or reacted to.")
    private static let historyStatus = EventField.sometimes(
        "status", .openWord("pending", "sent", "delivered", "read", "played", "failed", "error"),
        when: "it comes from the history of Meta's coexistence", "The state that the message had reached.")
    private static let source = EventField.sometimes(
        "source", .openWord("api", "app"), when: "WAHA reports it", "Whether WAHA's API or the app sent it.")
}

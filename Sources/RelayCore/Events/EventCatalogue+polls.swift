extension EventCatalogue {
    /// The message that the content is about.
    private static let target = EventField.always("targetMessageId", .text, "The message that it is about.")

    /// What WhatsApp encrypts with the secret of the earlier message.
    private static func encrypted(_ condition: String) -> EventField {
        .sometimes(
            "encrypted",
            .object([
                .always("payload", .base64, nullWhen: "the gateway does not send it", "The encrypted bytes."),
                .always("iv", .base64, nullWhen: "the gateway does not send it", "The initialization vector."),
            ]),
            when: condition, "The encrypted form, which only the owner of the earlier message's secret can read.")
    }
    private static let unread = EventField.sometimes(
        "reason", .openWord("undecryptable"), when: "the gateway could not decrypt it", "Why it is not readable.")

    static let pollContents = [
        ContentDescription(
            "poll", "A poll, or new votes of one.",
            forms: [
                EventForm(
                    "A poll",
                    own: [
                        .always("name", .text, "The question."),
                        .always("options", .list(.text), "The options."),
                        .always(
                            "selectableCount", .integer, nullWhen: "the gateway does not report it",
                            "How many options a person may choose; 0 is any number."),
                        .sometimes(
                            "secret", .base64, when: "the gateway sends it", "The key with which votes are encrypted."),
                    ]),
                EventForm(
                    "New votes, in `message.updated`",
                    own: [.always("votes", .list(.anyObject), "The votes, as the gateway writes them.")]),
            ]),
        ContentDescription(
            "poll_vote", "A vote.",
            [
                target,
                .sometimes(
                    "selectedOptions", .list(.text), when: "the gateway decrypts votes", nullWhen: "it could not",
                    "The chosen options; an empty list takes the vote back."),
                encrypted("the gateway does not decrypt votes"), unread,
            ]),
        ContentDescription(
            "poll_result", "The votes of a poll at one time.",
            [
                .always("name", .text, nullWhen: "the gateway does not send it", "The question."),
                .always(
                    "results",
                    .list(
                        .object([
                            .always("option", .text, "The option."),
                            .always("votes", .integer, nullWhen: "it is not known", "The number of votes."),
                        ])), "The options with their votes."),
            ]),
    ]

    // MARK: Calendar

    private static let answers = EventFieldType.word(["going", "not_going", "maybe"])
    private static let extraGuests = EventField.sometimes(
        "extraGuests", .integer, when: "there are any", "How many others the person brings.")

    static let calendarContents = [
        ContentDescription(
            "event", "A calendar event or a scheduled call, or new answers to one.",
            forms: [
                EventForm(
                    "A calendar event",
                    own: [
                        .always("name", .text, nullWhen: "it has none", "The title."),
                        .always("description", .text, nullWhen: "it has none", "The description."),
                        .always("startsAt", .seconds, nullWhen: "it is not known", "When it begins."),
                        .always("endsAt", .seconds, nullWhen: "it has no end", "When it ends."),
                        .always("location", .object(place), nullWhen: "it has none", "The place."),
                        .sometimes("joinUrl", .text, when: "it is a call", "The URL of the call."),
                        .always("cancelled", .boolean, "Whether it was cancelled."),
                        .sometimes("call", .boolean, when: "it is true", "Whether it is a scheduled call."),
                    ]),
                EventForm(
                    "New answers, in `message.updated`",
                    own: [.always("responses", .list(.object(response)), "The answers.")]),
            ]),
        ContentDescription(
            "event_response", "An answer to a calendar event.",
            [
                target,
                .always("response", answers, nullWhen: "it is encrypted or unknown", "The answer."),
                extraGuests, encrypted("the gateway does not decrypt answers"), unread,
            ]),
    ]

    private static let place: [EventField] = [
        .always("name", .name, nullWhen: "it has none", "The place's name."),
        .always("address", .text, nullWhen: "it has none", "The place's address."),
        .always("latitude", .number, nullWhen: "it has none", "Degrees."),
        .always("longitude", .number, nullWhen: "it has none", "Degrees."),
    ]

    private static let response: [EventField] = [
        .always("messageId", .text, nullWhen: "the gateway does not report it", "The id of the answer's message."),
        .always("from", .jid, nullWhen: "the account itself answered, or it is not known", "Who answered."),
        .always("fromMe", .boolean, "Whether the account itself answered."),
        .always("response", answers, nullWhen: "it is unknown", "The answer."),
        extraGuests,
        .always("timestamp", .seconds, nullWhen: "the gateway does not report it", "When it was given."),
    ]

    // MARK: About earlier messages

    static let noticeContents = [
        ContentDescription(
            "reaction", "A reaction: in `message.reaction`, or encrypted in `message.received`.",
            [
                target,
                .always("emoji", .text, nullWhen: "the reaction was taken back, or is encrypted", "The emoji."),
                encrypted("the gateway does not decrypt it"),
            ]),
        ContentDescription(
            "comment", "A comment on a message.",
            [
                target,
                .always("text", .text, nullWhen: "it is encrypted", "The comment."),
                encrypted("the gateway does not decrypt it"),
            ]),
        ContentDescription(
            "pin", "A message was pinned to the chat, or unpinned.",
            [target, .always("pinned", .boolean, "Whether it is pinned.")]),
        ContentDescription(
            "keep", "A message that would disappear is kept, or no longer kept.",
            [target, .always("kept", .boolean, "Whether it is kept.")]),
        ContentDescription(
            "call_log", "A call that is over, as an entry in the chat.",
            [
                .always(
                    "outcome",
                    .word([
                        "connected", "missed", "failed", "rejected", "accepted_elsewhere", "ongoing", "silenced_by_dnd",
                        "silenced_unknown_caller",
                    ]), nullWhen: "it is unknown", "How it ended."),
                .always("video", .boolean, "Whether it was a video call."),
                .always("seconds", .integer, nullWhen: "it is not known", "The duration."),
            ]),
        ContentDescription(
            "system", "A notice of WhatsApp about a person, from Meta's Cloud API.",
            [
                .always("body", .text, nullWhen: "Meta sends none", "The notice, for people."),
                .always(
                    "kind",
                    .openWord(
                        "user_changed_number", "user_changed_user_id", "customer_identity_changed", "request_welcome"),
                    nullWhen: "Meta sends none", "What it is about."),
                .sometimes(
                    "newContactId", .jid, when: "the person has a new number or user id", "The person from now on."),
                .sometimes("newUserId", .text, when: "the person has a new user id", "The new user id."),
                .sometimes("previousUserId", .text, when: "the person has a new user id", "The user id until now."),
                .sometimes("identity", .object(identity), when: "Meta sends it", "The person's new key."),
            ]),
        ContentDescription(
            "unsupported", "A message that cannot be read. The readable message may follow under the same id.",
            [
                .sometimes(
                    "reason",
                    .openWord(
                        "undecryptable", "hidden_on_linked_devices", "view_once_unavailable", "encrypted_edit",
                        "no_content"), when: "it is known", "Why it cannot be read: a word, or Meta's error as text."),
                .sometimes(
                    "detail", .text, when: "the gateway says more about it", "What the gateway says, for people."),
                .sometimes("text", .text, when: "the gateway shows a text instead", "The text."),
                .sometimes(
                    "targetMessageId", .text, when: "it is an encrypted edit", "The message that it edits."),
                .sometimes(
                    "raw", .anyObject, when: "the gateway sends more than the message's key",
                    "The message as the gateway writes it, without keys and thumbnails."),
                .sometimes(
                    "mediaStatus", .word(["not_downloaded", "failed"]), when: "WAHA has not downloaded the file",
                    "Why there is neither `media` nor `raw_media`."),
                .sometimes("mediaError", .text, when: "the download failed and WAHA gives a reason", "The reason."),
            ]),
    ]

    private static let identity: [EventField] = [
        .always("hash", .text, nullWhen: "Meta sends none", "The hash of the key."),
        .always("acknowledged", .boolean, nullWhen: "Meta sends none", "Whether the business has acknowledged it."),
        .always("createdAt", .seconds, nullWhen: "Meta sends none", "When the key was made."),
    ]
}

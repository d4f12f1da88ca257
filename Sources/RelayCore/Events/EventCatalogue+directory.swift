extension EventCatalogue {
    private static let unknown = "it is unknown or unchanged"

    static let presenceUpdated = EventDescription(
        .presenceUpdated, "Somebody is typing, recording, online or away.",
        forms: [
            EventForm(own: [
                .always("chatId", .jid, "The chat."),
                .always("participant", .jid, nullWhen: "the chat is direct", "The person within a group."),
                .always(
                    "presence", .openWord("available", "unavailable", "composing", "recording", "paused"),
                    "What the person does."),
                .always(
                    "lastSeen", .seconds, nullWhen: "WhatsApp does not tell it", "When the person was last online."),
                .always("isGroup", .boolean, "Whether the chat is a group."),
                .always("chatKind", chatKinds, "What the chat is."),
                .always("timestamp", .seconds, "When it happened, or when the relay received it."),
                chatLid, participantLid,
            ])
        ]
    )

    static let callReceived = EventDescription(
        .callReceived, "A call was offered, or has changed its state. Each state is an event.",
        forms: [
            EventForm(
                own: [
                    .always("callId", .text, "The call's id."),
                    .always("chatId", .jid, "The chat: that of the other person."),
                    .always("from", .jid, nullWhen: "the gateway does not name the caller", "The caller."),
                    .always(
                        "status", .openWord("offer", "ringing", "connect", "accept", "reject", "timeout", "terminate"),
                        "The state of the call."),
                    .always(
                        "isVideo", .boolean, nullWhen: "the gateway does not report it", "Whether it is a video call."),
                    .always("isGroup", .boolean, "Whether it is a call in a group."),
                    .always("groupId", .jid, nullWhen: "it is no call in a group", "The group."),
                    .always(
                        "offline", .boolean, nullWhen: "the gateway does not report it",
                        "Whether the call was offered while the session was offline."),
                    .always(
                        "timestamp", .seconds, "When it happened, or when the relay received it: see `timestampSource`."
                    ),
                    timestampSource, chatLid,
                    .sometimes("latencyMs", .integer, when: "the gateway reports it", "Milliseconds to the caller."),
                    .sometimes(
                        "autoRejected", .boolean, when: "the gateway is gowa", "Whether gowa rejected the call."),
                ] + metaCall,
                shared: [meta])
        ]
    )

    static let groupUpdated = EventDescription(
        .groupUpdated, "A group's subject, picture, settings or members have changed, or were reported.",
        forms: [
            EventForm(
                own: [
                    .always("chatId", .jid, "The group."),
                    .always("groupId", .jid, "The group: the same as `chatId`."),
                    .always("groupName", .name, nullWhen: unknown, "The subject."),
                    .always("description", .text, nullWhen: unknown, "The description."),
                    .always("owner", .jid, nullWhen: unknown, "The owner."),
                    .always("size", .integer, nullWhen: unknown, "The number of members."),
                    .sometimes(
                        "ownerLid", .jid, when: "`owner` has the phone number and the hidden identity is known",
                        "The hidden identity of the owner."),
                    .sometimes(
                        "action",
                        .openWord("add", "remove", "promote", "demote", "create", "settings_update"),
                        when: "members have changed, or Meta reports what changed",
                        nullWhen: "the gateway does not tell",
                        "What happened to `participants`, or to the group."),
                    .sometimes(
                        "participants", .list(.object(participant)), when: "the gateway reports members",
                        "With an `action`, the members whom it concerns; otherwise all members."),
                    .sometimes(
                        "author", .jid, when: "members have changed, or the gateway names the author",
                        nullWhen: "it is not known", "Who made the change."),
                    .sometimes(
                        "authorLid", .jid, when: "`author` has the phone number and the hidden identity is known",
                        "The hidden identity of the author."),
                    .sometimes("announce", .boolean, when: "the gateway reports it", "Whether only admins may write."),
                    .sometimes(
                        "restrict", .boolean, when: "the gateway reports it",
                        "Whether only admins may change the group."),
                    .sometimes(
                        "membership", .word(["joined", "left"]), when: "WAHA reports it", "What the account itself did."
                    ),
                    .sometimes(
                        "groupImageUrl", .text, when: "the gateway reports it",
                        "The picture's URL; empty: there is none."),
                    .sometimes(
                        "imageChanged", .boolean, when: "it is true",
                        "Whether the picture has changed; it is not told to what."),
                    .sometimes("timestamp", .seconds, when: "the gateway is Meta", "When it happened."),
                    .sometimes("initiatedBy", .text, when: "Meta sends it", "Who removed the members."),
                    .sometimes("reason", .text, when: "Meta sends it", "Why."),
                    .sometimes("inviteLink", .text, when: "Meta sends it", "The link by which people join."),
                    .sometimes("joinRequestId", .text, when: "somebody asks to join", "The id of the wish to join."),
                    .sometimes("requestId", .text, when: "Meta sends it", "The id of the API's request."),
                ] + metaNumber
            )
        ]
    )

    private static let participant: [EventField] =
        [
            .always("id", .jid, "The phone number's JID when it is known, otherwise the hidden identity."),
            .always("lid", .jid, nullWhen: "it is not known", "The hidden identity, when `id` has the phone number."),
            .always(
                "admin", .openWord("admin", "superadmin"), nullWhen: "the member is no admin, or it is not known",
                "The rank."),
            .sometimes(
                "name", .name,
                when: "there is an `action`, the directory knows it and `enrich` runs with `contact_name`",
                "The member's name."),
        ] + metaPerson

    static let contactUpdated = EventDescription(
        .contactUpdated, "A person's name, picture or identity has changed, or was reported.",
        forms: [
            EventForm(
                own: [
                    .always("contactId", .jid, "The person: the phone number's JID when it is known."),
                    .always("lid", .jid, nullWhen: "it is not known", "The hidden identity."),
                    .always("name", .name, nullWhen: unknown, "The name in the phone's address book."),
                    .always("pushName", .name, nullWhen: unknown, "The name that the person chose in WhatsApp."),
                    .always("verifiedName", .name, nullWhen: unknown, "The name that WhatsApp has verified."),
                    .always("imageUrl", .text, nullWhen: unknown, "The picture's URL; empty: there is none."),
                    .always("chatId", .jid, "The chat: the same as `contactId`."),
                    chatLid,
                    .sometimes(
                        "imageChanged", .boolean, when: "it is true",
                        "Whether the picture has changed; it is not told to what."),
                    .sometimes(
                        "action", .openWord("add", "remove"),
                        when: "the address book of Meta's coexistence has changed",
                        "What happened to the entry."),
                    .sometimes(
                        "previousContactId", .jid, when: "the person has a new number or user id",
                        "The person under the previous one."),
                ] + metaPerson + metaNumber
            )
        ]
    )

    static let contactIdentified = EventDescription(
        .contactIdentified,
        "The phone behind a hidden identity is known, after events were delivered under that identity. Receivers join the records of both.",
        forms: [
            EventForm(own: [
                .always("contactId", .jid, "The person: the phone number's JID."),
                .always("lid", .jid, "The hidden identity."),
                .always("phone", .text, nullWhen: "the JID has no phone number", "The phone number in digits."),
                .always("chatId", .jid, "The chat from now on: the same as `contactId`."),
                .always("previousChatId", .jid, "The chat until now: the same as `lid`."),
                .always("timestamp", .seconds, "When it became known."),
            ])
        ]
    )
}

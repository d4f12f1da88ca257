package import RelayConfig
internal import RelayCore

// The account and inbox.
extension ChatwootDestinationOptions {
    package static let url = OptionField<String>.url("url", "Chatwoot's base URL, without /api.")
    package static let account = OptionField.int("account", "The account's number, as in its URLs.", 1...Int.max)
    package static let inbox = OptionField.int("inbox", "The inbox's number; it must be of the type API.", 1...Int.max)
        .optional
    package static let createInbox = OptionField<String>.custom(
        "create_inbox", "Instead of `inbox`: the name of an inbox that is created when it does not exist.", "a name",
        shape: .text()
    ) { node in
        let name = try node.text
        guard !name.isEmpty, name.unicodeScalars.count <= ChatwootFieldLimits.name else {
            throw node.fail("a name has 1 to \(ChatwootFieldLimits.name) characters", help: "write another name")
        }
        return name
    }.optional
    package static let token = OptionField.secret(
        "token", "The access token of an agent of the inbox, or of an administrator where the relay makes the inbox.")
    package static let inboxIdentifier = OptionField.secret(
        "inbox_identifier", "The inbox's identifier for the public API; default: the relay asks for it."
    ).optional
    package static let sessions = OptionField<SessionFilter>.custom(
        "sessions", "The sessions whose events it gets: names or patterns such as shop-*.", "a list of sessions",
        shape: .list(.text()),
        default: SessionFilter()
    ) { node in
        SessionFilter(try node.elements.map { try $0.text })
    }

    static let access = [
        AnyOptionField(url), AnyOptionField(account), AnyOptionField(inbox), AnyOptionField(createInbox),
        AnyOptionField(token),
        AnyOptionField(inboxIdentifier), AnyOptionField(sessions),
    ]
}

// Filters.
extension ChatwootDestinationOptions {
    package static let groups = OptionField<GroupForwardingPolicy>.custom(
        "groups", "Groups: on, off, or only those in `allow`.", "on, off, or a map with allow",
        shape: .either([.words(["on", "off"]), .options([AnyOptionField(GroupForwardingPolicy.allow)])]),
        default: .on,
        parse: GroupForwardingPolicy.parse
    )
    package static let ownMessages = OptionField<OwnMessageDisplayPolicy>.enumeration(
        "own_messages",
        "Messages sent from the phone or by another program: outgoing messages, private notes, or off.",
        default: .outgoing
    )
    package static let openForOwn = OptionField.bool(
        "open_for_own", "Whether messages sent from the phone may open a conversation.", default: true)
    package static let media = OptionField<MediaUploadMode>.enumeration(
        "media",
        "attach: files are uploaded; link: messages have a link to the relay's copy; off: they only name the file.",
        default: .attach
    )
    package static let maxSize = OptionField.size(
        "max_size", "Files above this are linked, not uploaded.", 1...(1 << 30), default: 40 << 20)
    package static let history = OptionField.bool(
        "history", "Whether messages of a history synchronization are forwarded, as if they arrived now.",
        default: false)

    static let shown = [
        AnyOptionField(groups), AnyOptionField(ownMessages), AnyOptionField(openForOwn), AnyOptionField(media),
        AnyOptionField(maxSize),
        AnyOptionField(history),
    ]
}

// Changes to earlier messages.
extension ChatwootDestinationOptions {
    package static let edits = OptionField<MessageChangeDisplayPolicy>.enumeration(
        "edits", "An edited message: a reply with the new text, a private note, or off.", default: .reply)
    package static let deletes = OptionField<DeletedMessageDisplayPolicy>.enumeration(
        "deletes", "A deleted message: a private note, or it is deleted in Chatwoot too, or off.", default: .note)
    package static let reactions = OptionField<MessageChangeDisplayPolicy>.enumeration(
        "reactions", "A reaction, or its removal: a reply, a private note, or off.", default: .reply)
    package static let votes = OptionField<MessageChangeDisplayPolicy>.enumeration(
        "votes", "A vote in a poll: a reply, a private note, or off.", default: .reply)
    package static let calls = OptionField<CallDisplayPolicy>.enumeration(
        "calls", "A call: a message that opens the conversation, a private note, or off.", default: .message)
    package static let groupChanges = OptionField<GroupChangeDisplayPolicy>.enumeration(
        "group_changes", "Who joins or leaves a group, and its new name: a private note, or off.", default: .off)

    static let changes = [
        AnyOptionField(edits), AnyOptionField(deletes), AnyOptionField(reactions), AnyOptionField(votes),
        AnyOptionField(calls),
        AnyOptionField(groupChanges),
    ]
}

// Conversations and contacts.
extension ChatwootDestinationOptions {
    package static let reopen = OptionField<ConversationReopenPolicy>.custom(
        "reopen",
        """
        A resolved conversation is reopened: always, never (a new one is opened), or only within a time such as 24h. An \
        inbox locked to a single conversation always reopens.
        """,
        "always, never, or a duration such as 24h",
        shape: .either([.words(["always", "never"]), .duration(OptionValueSchema.anyDuration)]),
        default: .always,
        parse: ConversationReopenPolicy.parse
    )
    package static let contactNames = OptionField<ContactNameUpdatePolicy>.enumeration(
        "contact_names",
        "fill: a name that is only a number is replaced; follow: WhatsApp's name is always used; never: set once.",
        default: .fill
    )
    package static let receipts = OptionField.bool(
        "receipts", "Whether agents see that their messages are delivered, read or failed.", default: true)
    package static let typing = OptionField.bool(
        "typing", "Whether agents see that the contact is typing.", default: true)
    package static let alerts = OptionField.bool(
        "alerts",
        "Whether agents get a notice when a session is logged out, and private notes about messages that were lost.",
        default: true)

    static let conversations = [
        AnyOptionField(reopen), AnyOptionField(contactNames), AnyOptionField(receipts), AnyOptionField(typing),
        AnyOptionField(alerts),
    ]
}

// Texts.
extension ChatwootDestinationOptions {
    package static let language = OptionField<AgentNoticeLanguage>.enumeration(
        "language", "The language of notices.", default: .english)
    package static let signNames = OptionField.bool(
        "sign_names", "Whether messages in groups begin with their author's name.", default: true)
    package static let latePrefix = OptionField.duration(
        "late_prefix", "A message that arrives later than this begins with the time at which it was sent.",
        .seconds(1)...(.seconds(3650 * 86_400)),
        default: .seconds(300)
    )
    package static let utcOffset = OptionField<UTCOffset>.custom(
        "utc_offset", "The time zone of times in texts, such as -03:00.", "an offset such as -03:00",
        shape: .text(pattern: "^[+-][0-9]{2}:[0-9]{2}$"),
        default: UTCOffset(minutes: 0)
    ) { node in
        guard let offset = UTCOffset(try node.text) else {
            throw node.fail("it is no offset from UTC", help: "write hours and minutes, such as -03:00")
        }
        return offset
    }

    static let wording = [
        AnyOptionField(language), AnyOptionField(signNames), AnyOptionField(latePrefix), AnyOptionField(utcOffset),
    ]
}

package import RelayConfig
internal import RelayCore

// The account and inbox.
extension ChatwootOptions {
    package static let url = Field<String>.url("url", "Chatwoot's base URL, without /api.")
    package static let account = Field.int("account", "The account's number, as in its URLs.", 1...Int.max)
    package static let inbox = Field.int("inbox", "The inbox's number; it must be of the type API.", 1...Int.max)
        .optional
    package static let createInbox = Field<String>.custom(
        "create_inbox", "Instead of `inbox`: the name of an inbox that is created when it does not exist.", "a name",
        shape: .text()
    ) { node in
        let name = try node.text
        guard !name.isEmpty, name.unicodeScalars.count <= ChatwootFieldLimits.name else {
            throw node.fail("a name has 1 to \(ChatwootFieldLimits.name) characters", help: "write another name")
        }
        return name
    }.optional
    package static let token = Field.secret(
        "token", "The access token of an agent of the inbox, or of an administrator where the relay makes the inbox.")
    package static let inboxIdentifier = Field.secret(
        "inbox_identifier", "The inbox's identifier for the public API; default: the relay asks for it."
    ).optional
    package static let sessions = Field<SessionFilter>.custom(
        "sessions", "The sessions whose events it gets: names or patterns such as shop-*.", "a list of sessions",
        shape: .list(.text()),
        default: SessionFilter()
    ) { node in
        SessionFilter(try node.elements.map { try $0.text })
    }

    static let access = [
        AnyField(url), AnyField(account), AnyField(inbox), AnyField(createInbox), AnyField(token),
        AnyField(inboxIdentifier), AnyField(sessions),
    ]
}

// Filters.
extension ChatwootOptions {
    package static let groups = Field<GroupPolicy>.custom(
        "groups", "Groups: on, off, or only those in `allow`.", "on, off, or a map with allow",
        shape: .either([.words(["on", "off"]), .options([AnyField(GroupPolicy.allow)])]),
        default: .on,
        parse: GroupPolicy.parse
    )
    package static let ownMessages = Field<OwnMessagePolicy>.enumeration(
        "own_messages",
        "Messages sent from the phone or by another program: outgoing messages, private notes, or off.",
        default: .outgoing
    )
    package static let openForOwn = Field.bool(
        "open_for_own", "Whether messages sent from the phone may open a conversation.", default: true)
    package static let media = Field<MediaPolicy>.enumeration(
        "media",
        "attach: files are uploaded; link: messages have a link to the relay's copy; off: they only name the file.",
        default: .attach
    )
    package static let maxSize = Field.size(
        "max_size", "Files above this are linked, not uploaded.", 1...(1 << 30), default: 40 << 20)
    package static let history = Field.bool(
        "history", "Whether messages of a history synchronization are forwarded, as if they arrived now.",
        default: false)

    static let shown = [
        AnyField(groups), AnyField(ownMessages), AnyField(openForOwn), AnyField(media), AnyField(maxSize),
        AnyField(history),
    ]
}

// Changes to earlier messages.
extension ChatwootOptions {
    package static let edits = Field<FollowUpPolicy>.enumeration(
        "edits", "An edited message: a reply with the new text, a private note, or off.", default: .reply)
    package static let deletes = Field<DeletedMessagePolicy>.enumeration(
        "deletes", "A deleted message: a private note, or it is deleted in Chatwoot too, or off.", default: .note)
    package static let reactions = Field<FollowUpPolicy>.enumeration(
        "reactions", "A reaction, or its removal: a reply, a private note, or off.", default: .reply)
    package static let votes = Field<FollowUpPolicy>.enumeration(
        "votes", "A vote in a poll: a reply, a private note, or off.", default: .reply)
    package static let calls = Field<CallPresentation>.enumeration(
        "calls", "A call: a message that opens the conversation, a private note, or off.", default: .message)
    package static let groupChanges = Field<GroupChangePresentation>.enumeration(
        "group_changes", "Who joins or leaves a group, and its new name: a private note, or off.", default: .off)

    static let changes = [
        AnyField(edits), AnyField(deletes), AnyField(reactions), AnyField(votes), AnyField(calls),
        AnyField(groupChanges),
    ]
}

// Conversations and contacts.
extension ChatwootOptions {
    package static let reopen = Field<ReopenPolicy>.custom(
        "reopen",
        """
        A resolved conversation is reopened: always, never (a new one is opened), or only within a time such as 24h. An \
        inbox locked to a single conversation always reopens.
        """,
        "always, never, or a duration such as 24h",
        shape: .either([.words(["always", "never"]), .duration(FieldShape.anyDuration)]),
        default: .always,
        parse: ReopenPolicy.parse
    )
    package static let contactNames = Field<ContactNamePolicy>.enumeration(
        "contact_names",
        "fill: a name that is only a number is replaced; follow: WhatsApp's name is always used; never: set once.",
        default: .fill
    )
    package static let receipts = Field.bool(
        "receipts", "Whether agents see that their messages are delivered, read or failed.", default: true)
    package static let typing = Field.bool(
        "typing", "Whether agents see that the contact is typing.", default: true)
    package static let alerts = Field.bool(
        "alerts",
        "Whether agents get a notice when a session is logged out, and private notes about messages that were lost.",
        default: true)

    static let conversations = [
        AnyField(reopen), AnyField(contactNames), AnyField(receipts), AnyField(typing), AnyField(alerts),
    ]
}

// Texts.
extension ChatwootOptions {
    package static let language = Field<NoticeLanguage>.enumeration(
        "language", "The language of notices.", default: .english)
    package static let signNames = Field.bool(
        "sign_names", "Whether messages in groups begin with their author's name.", default: true)
    package static let latePrefix = Field.duration(
        "late_prefix", "A message that arrives later than this begins with the time at which it was sent.",
        .seconds(1)...(.seconds(3650 * 86_400)),
        default: .seconds(300)
    )
    package static let utcOffset = Field<UTCOffset>.custom(
        "utc_offset", "The time zone of times in texts, such as -03:00.", "an offset such as -03:00",
        shape: .text(pattern: "^[+-][0-9]{2}:[0-9]{2}$"),
        default: UTCOffset(minutes: 0)
    ) { node in
        guard let offset = UTCOffset(try node.text) else {
            throw node.fail("it is no offset from UTC", help: "write hours and minutes, such as -03:00")
        }
        return offset
    }

    static let wording = [AnyField(language), AnyField(signNames), AnyField(latePrefix), AnyField(utcOffset)]
}

internal import RelayCore
internal import RelayJSON

/// Messages, and what happens to earlier ones.
extension GowaReader {
    func message(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        var facts = try facts(payload, at: pointer)
        facts.id = try text(payload, "id", "the message's id, a text", at: pointer)
        if payload.flag("unavailable") {
            facts.content = .unsupported(reason: payload.flag("view_once") ? "view_once_unavailable" : "undecryptable")
            facts.content.isViewOnce = payload.flag("view_once")
            // The message itself may still come, under the same id.
            return facts.newMessage(session: session, detail: "ciphertext")
        }
        if let poll = payload["poll"]?.object, let event = pollChange(poll, facts) { return event }
        facts.content = GowaContent.read(payload)
        return facts.newMessage(session: session)
    }

    func reaction(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        var facts = try facts(payload, at: pointer)
        facts.id = payload.text("id") ?? ""
        let target = try text(payload, "reacted_message_id", "the message's id, a text", at: pointer)
        let reaction = MessageNode.Reaction(target: target, emoji: payload.text("reaction"), at: facts.sentAt)
        return facts.reaction(reaction, session: session)
    }

    func edit(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        let facts = try facts(payload, at: pointer)
        let target = try text(payload, "original_message_id", "the message's id, a text", at: pointer)
        return facts.edit(of: target, content: GowaContent.read(payload), at: facts.sentAt, session: session)
    }

    /// `message.revoked`: deleted for everybody.
    func revocation(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        let target = try text(payload, "revoked_message_id", "the message's id, a text", at: pointer)
        return try facts(payload, at: pointer).deletion(of: target, session: session)
    }

    /// `message.deleted`: deleted on another device of ours, for ourselves only.
    func deletion(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        let target = try text(payload, "deleted_message_id", "the message's id, a text", at: pointer)
        var key = payload
        key["is_from_me"] = .bool(payload.flag("was_from_me"))
        var event = try facts(key, at: pointer).deletion(of: target, session: session)
        event.payload.append("deletedFor", .string("me"))
        event.dedupKey = event.dedupKey.map { $0 + "|me" }
        return event
    }

    private func facts(_ payload: JSONObject, at pointer: String) throws(FormatError) -> MessageFacts {
        let source = GowaSource(payload, own: own)
        guard source.chat != nil else { throw wrong("must be the chat's address", at: pointer + "/chat_id") }
        return MessageFacts(
            id: "",
            chat: source.chat,
            author: source.author,
            isFromMe: source.isFromMe,
            content: MessageContent(type: "unsupported", content: nil),
            pushName: MessageFacts.name(payload.text("from_name")),
            savedName: Self.displayName(payload, of: source.author),
            sentAt: WireTime.timestamp(payload["timestamp"]) ?? sentAt,
            receivedAt: receivedAt,
            broadcastList: source.broadcastList
        )
    }

    /// `sender_display_name` is the name in the address book, or what stands in for one: in the end the digits of the
    /// address, which are no name.
    private static func displayName(_ payload: JSONObject, of author: Identity?) -> String? {
        let name = MessageFacts.name(payload.text("sender_display_name"))
        return name == author?.id.user || name == author?.lid?.user ? nil : name
    }

    /// A new version of an earlier poll.
    private func pollChange(_ poll: JSONObject, _ facts: MessageFacts) -> NewEvent? {
        guard let type = poll.text("type"), ["edit", "add_option"].contains(type), let target = poll.text("poll_id"),
            let content = GowaContent.poll(poll)
        else { return nil }
        return facts.edit(of: target, content: content, at: facts.sentAt, session: session)
    }
}

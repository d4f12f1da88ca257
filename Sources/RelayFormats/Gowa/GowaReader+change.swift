internal import RelayCore
internal import RelayJSON

/// Changes to earlier messages.
extension GowaReader {
    func reaction(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        var facts = try facts(payload, at: pointer)
        facts.id = payload.text("id") ?? ""
        let target = try text(payload, "reacted_message_id", "the message's id, a text", at: pointer)
        let reaction = ParsedMessageNode.Reaction(target: target, emoji: payload.text("reaction"), at: facts.sentAt)
        return facts.reaction(reaction, session: session)
    }

    func edit(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let facts = try facts(payload, at: pointer)
        let target = try text(payload, "original_message_id", "the message's id, a text", at: pointer)
        return facts.edit(of: target, content: GowaContentReader.read(payload), at: facts.sentAt, session: session)
    }

    /// `message.revoked`: deleted for everyone.
    func revocation(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let target = try text(payload, "revoked_message_id", "the message's id, a text", at: pointer)
        return try facts(payload, at: pointer).deletion(of: target, session: session)
    }

    /// `message.deleted`: deleted on another device of the account, for the account only.
    func deletion(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let target = try text(payload, "deleted_message_id", "the message's id, a text", at: pointer)
        var key = payload
        key["is_from_me"] = .bool(payload.flag("was_from_me"))
        return try facts(key, at: pointer).deletion(of: target, isOnlyOurs: true, session: session)
    }

    /// A new version of an earlier poll.
    func pollChange(_ poll: JSONObject, _ facts: MessageFacts) -> ParsedEvent? {
        guard let type = poll.text("type"), ["edit", "add_option"].contains(type), let target = poll.text("poll_id"),
            let content = GowaContentReader.poll(poll)
        else { return nil }
        return facts.edit(of: target, content: content, at: facts.sentAt, session: session)
    }
}

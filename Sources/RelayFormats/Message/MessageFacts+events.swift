internal import RelayCore
internal import RelayJSON

/// Makes the events of a message: a new message, or a change of an earlier one.
extension MessageFacts {
    /// The event for a message node; nil when the node has no content.
    func event(of node: ParsedMessageNode, session: String) -> ParsedEvent? {
        switch node {
        case .content(let content):
            var facts = self
            facts.content = content
            // The same message may be reported once more: whole, or decrypted by a gateway that has the key.
            if content.mayStillArrive { return facts.unreadable(content, session: session) }
            return facts.newMessage(session: session, detail: content.isEncrypted ? "ciphertext" : nil)
        case .reaction(let reaction):
            return self.reaction(reaction, session: session)
        case .edit(let target, let content, let moment):
            return edit(of: target, content: content, at: moment ?? sentAt, session: session)
        case .revoke(let target):
            return deletion(of: target, session: session)
        case .nothing:
            return nil
        }
    }

    /// The event for a message that could not be read yet. The readable message may still arrive under the same id.
    func unreadable(_ content: MessageContent, session: String) -> ParsedEvent {
        var facts = self
        facts.content = content
        return facts.newMessage(session: session, detail: "ciphertext")
    }

    /// - Parameter detail: distinguishes this event from another one about the same message.
    func newMessage(session: String, detail: String? = nil) -> ParsedEvent {
        if let click = content.advertisementClick {
            var facts = self
            facts.content = click
            return facts.newMessage(session: session, detail: detail)
        }
        let type: EventType = isFromMe ? .messageSent : .messageReceived
        let chatID = chat?.id.description
        return ParsedEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: detail.map { DeduplicationKeyBuilder.make(type, chat: chatID, message: id, $0) }
                ?? DeduplicationKeyBuilder.make(type, chat: chatID, message: id),
            occurredAt: sentAt,
            payload: payload(for: type),
            embedded: content.media?.embedded
        )
    }

    /// A reaction, or its removal. Without an id of its own, its content and time identify it.
    func reaction(_ reaction: ParsedMessageNode.Reaction, session: String) -> ParsedEvent {
        let type = EventType.messageReaction
        let chatID = chat?.id.description
        let reactor = isFromMe ? "me" : author?.id.description
        let key =
            id.isEmpty
            ? DeduplicationKeyBuilder.make(
                type, chat: chatID, message: reaction.target, reactor,
                "\(reaction.emoji ?? "")@\(reaction.at?.milliseconds ?? 0)")
            : DeduplicationKeyBuilder.make(type, chat: chatID, message: reaction.target, id)
        var facts = self
        if id.isEmpty { facts.id = reaction.target }
        facts.target = reaction.target
        var content = JSONObject()
        content.append("emoji", orNull: reaction.emoji)
        content.append("targetMessageId", .string(reaction.target))
        facts.content = MessageContent(type: "reaction", content: content)
        facts.sentAt = sentAt ?? reaction.at
        return ParsedEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: key,
            occurredAt: facts.sentAt,
            payload: facts.payload(for: type)
        )
    }

    /// New content for an earlier message.
    /// - Parameter moment: the time of the edit; nil when unknown. A gateway that reports an edit twice may send the
    ///   time in seconds in one of the two reports.
    func edit(of target: String, content: MessageContent, at moment: Timestamp?, session: String) -> ParsedEvent {
        let type = EventType.messageUpdated
        let chatID = chat?.id.description
        var facts = self
        facts.id = target
        facts.target = target
        facts.content = content
        facts.sentAt = moment
        let print = DeduplicationKeyBuilder.fingerprint(content.content.map(JSON.object) ?? .null)
        return ParsedEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: DeduplicationKeyBuilder.make(
                type, chat: keyedChat, message: target, moment.map { "\($0.seconds)" }, print),
            occurredAt: moment,
            payload: facts.payload(for: type)
        )
    }

    /// The deletion of an earlier message, with the author and time of these facts.
    /// - Parameter isOnlyOurs: whether the message was deleted for the account only, so that others still have it.
    func deletion(of target: String, isOnlyOurs: Bool = false, session: String) -> ParsedEvent {
        let type = EventType.messageDeleted
        let chatID = chat?.id.description
        var facts = self
        facts.id = target
        facts.target = target
        facts.content = MessageContent(type: "deleted", content: nil)
        var payload = facts.payload(for: type)
        if isOnlyOurs { payload.append("deletedFor", .string("me")) }
        let key = DeduplicationKeyBuilder.make(type, chat: keyedChat, message: target)
        return ParsedEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: isOnlyOurs ? key + "|me" : key,
            occurredAt: sentAt,
            payload: payload
        )
    }

    /// The chat in the deduplication keys of edits and deletions.
    private var keyedChat: String? { changesMayLackChat ? nil : chat?.id.description }
}

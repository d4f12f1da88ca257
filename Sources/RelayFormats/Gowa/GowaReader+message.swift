internal import RelayCore
internal import RelayJSON

/// New messages.
extension GowaReader {
    func message(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        var facts = try facts(payload, at: pointer)
        facts.id = try text(payload, "id", "the message's id, a text", at: pointer)
        if payload.flag("unavailable") {
            let isViewOnce = payload.flag("view_once")
            var content = MessageContent.unsupported(isViewOnce ? .viewOnceUnavailable : .undecryptable)
            content.isMarkedViewOnce = isViewOnce
            return facts.unreadable(content, session: session)
        }
        if let poll = payload["poll"]?.object, let event = pollChange(poll, facts) { return event }
        facts.content = GowaContentReader.read(payload)
        return facts.newMessage(session: session)
    }

    /// The facts about a message, without its id and content.
    func facts(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> MessageFacts {
        let key = GowaMessageOrigin(payload, own: own)
        guard key.chat != nil else { throw wrong("must be the chat's JID", at: pointer + "/chat_id") }
        return MessageFacts(
            id: "",
            chat: key.chat,
            author: key.author,
            isFromMe: key.isFromMe,
            content: MessageContent(type: "unsupported", content: nil),
            pushName: MessageFacts.name(payload.text("from_name")),
            savedName: Self.displayName(payload, of: key.author),
            sentAt: GatewayTimeReader.timestamp(payload["timestamp"]) ?? sentAt,
            receivedAt: receivedAt,
            broadcastList: key.broadcastList
        )
    }

    /// The author's name in the address book. gowa fills `sender_display_name` with a substitute when there is none, in
    /// the last resort with the digits of the JID, which are not a name.
    private static func displayName(_ payload: JSONObject, of author: PersonIdentity?) -> String? {
        let name = MessageFacts.name(payload.text("sender_display_name"))
        return name == author?.id.user || name == author?.lid?.user ? nil : name
    }
}

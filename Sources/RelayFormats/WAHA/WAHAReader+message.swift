internal import RelayCore
internal import RelayJSON

/// New messages. `message` and `message.any` report the same message; both get the same deduplication key.
extension WAHAReader {
    func message(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent? {
        let facts = try facts(payload, at: pointer)
        if let event = facts.event(of: WAHAContentReader.node(payload), session: session) { return event }
        return WAHAContentReader.missing(payload).map { facts.unreadable($0, session: session) }
    }

    /// `message.waiting`.
    func waiting(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        try facts(payload, at: pointer).unreadable(.unsupported(.undecryptable), session: session)
    }

    /// `poll.vote`: WAHA has decrypted the vote, or could not because it does not have the poll.
    func vote(_ payload: JSONObject, isOpened: Bool, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        var vote = try object(payload["vote"], at: pointer + "/vote")
        // `_data`, when present, describes the vote.
        if let data = payload["_data"] { vote["_data"] = data }
        guard let target = WAHAMessageID.bare(payload["poll"]?["id"]) else {
            throw wrong("must be the poll's id, a text", at: pointer + "/poll/id")
        }
        if vote["participant"]?.string == nil, vote.jid("from")?.isGroup == false {
            vote["participant"] = vote["from"]
        }
        var facts = try facts(vote, at: pointer + "/vote")
        var content: JSONObject = ["targetMessageId": .string(target)]
        content.append("selectedOptions", isOpened ? .array(vote["selectedOptions"]?.array ?? []) : .null)
        if !isOpened { content.append("reason", .string("undecryptable")) }
        facts.content = MessageContent(type: "poll_vote", content: content)
        return facts.newMessage(session: session, detail: isOpened ? nil : "ciphertext")
    }

    /// `event.response`: an answer to a calendar event that WAHA has decrypted, or could not decrypt.
    func eventResponse(_ payload: JSONObject, isOpened: Bool, at pointer: String) throws(InvalidDocumentError)
        -> ParsedEvent
    {
        guard let target = WAHAMessageID.bare(payload["eventCreationKey"]?["id"]) else {
            throw wrong("must be the event's id, a text", at: pointer + "/eventCreationKey/id")
        }
        var facts = try facts(payload, at: pointer)
        facts.content = .eventResponse(to: target, payload["eventResponse"]?.object ?? JSONObject())
        if !isOpened { facts.content.content?.append("reason", .string("undecryptable")) }
        return facts.newMessage(session: session, detail: isOpened ? nil : "ciphertext")
    }

    /// The facts about a message, without its content.
    func facts(_ message: JSONObject, at pointer: String) throws(InvalidDocumentError) -> MessageFacts {
        guard let key = WAHAMessageKeyReader.read(message), let id = key.id else {
            throw wrong("must be the message's id, like \"false_123@c.us_3EB0A1\"", at: pointer + "/id")
        }
        let data = message["_data"]?.object ?? JSONObject()
        let info = data["Info"]?.object
        var facts = MessageFacts(
            id: id,
            chat: key.chat,
            author: key.author ?? (key.isFromMe ? me : nil),
            isFromMe: key.isFromMe,
            content: MessageContent(type: "unsupported", content: nil),
            pushName: MessageFacts.name(
                data.text("pushName") ?? info?.text("PushName") ?? data.text("notifyName")
            ),
            verifiedName: MessageFacts.name(
                data.text("verifiedBizName") ?? info?["VerifiedName"]?["Details"]?.object?.text("verifiedName")
            ),
            sentAt: GatewayTimeReader.timestamp(message["timestamp"]) ?? GatewayTimeReader.timestamp(info?["Timestamp"])
                ?? GatewayTimeReader.timestamp(data["messageTimestamp"]) ?? sentAt,
            receivedAt: receivedAt,
            broadcastList: key.broadcastList
        )
        // Whether the message was sent by WAHA's API or by the phone, so that a bot does not answer its own messages.
        if key.isFromMe { facts.extra.append("source", known: message.text("source")) }
        return facts
    }
}

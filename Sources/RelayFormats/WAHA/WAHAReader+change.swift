internal import RelayCore
internal import RelayJSON

/// Changes to earlier messages.
extension WAHAReader {
    func reaction(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let reaction = try object(payload["reaction"], at: pointer + "/reaction")
        guard let target = WAHAMessageID.bare(reaction["messageId"]) else {
            throw wrong("must be the message's id, a text", at: pointer + "/reaction/messageId")
        }
        let facts = try facts(payload, at: pointer)
        return facts.reaction(
            .init(target: target, emoji: reaction.text("text"), at: facts.sentAt),
            session: session
        )
    }

    func edit(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let facts = try facts(payload, at: pointer)
        var target = WAHAMessageID.bare(payload["editedMessageId"])
        var content: MessageContent?
        var moment: Timestamp?
        if case .edit(let edited, let read, let at) = WAHAContentReader.node(payload) {
            target = target ?? edited
            content = read
            moment = at
        }
        if keepsOriginal {
            target = target ?? facts.id
            moment = GatewayTimeReader.timestamp(payload["_data"]?["latestEditSenderTimestampMs"]) ?? sentAt
        }
        guard let target else { throw wrong("must be the message's id, a text", at: pointer + "/editedMessageId") }
        return facts.edit(
            of: target,
            content: content ?? WAHAContentReader.edited(payload),
            at: moment ?? facts.sentAt,
            session: session
        )
    }

    /// `message.revoked`: deleted for everyone. `after` is the deletion, `before` the message if WAHA has it.
    func revocation(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let after = payload["after"]?.object
        let before = payload["before"]?.object
        guard let message = after ?? before else { throw wrong("must be an object", at: pointer + "/after") }
        var facts = try facts(message, at: pointer + (after == nil ? "/before" : "/after"))
        var target = WAHAMessageID.bare(payload["revokedMessageId"]) ?? after.flatMap(Self.revoked)
        if target == nil, let before { target = WAHAMessageKeyReader.read(before)?.id }
        if keepsOriginal {
            target = target ?? facts.id
            facts.sentAt = sentAt
        }
        guard let target else { throw wrong("must be the message's id, a text", at: pointer + "/revokedMessageId") }
        return facts.deletion(of: target, session: session)
    }

    /// WhatsApp Web replaces the message in place, so its document has the id and the time of the original.
    private var keepsOriginal: Bool { engine == "WEBJS" }

    /// The id of the message that a deletion removes, from the engine's own data.
    private static func revoked(by message: JSONObject) -> String? {
        guard let data = message["_data"]?.object else { return nil }
        if let id = data["protocolMessageKey"]?.object?.text("id") { return id }
        if case .revoke(let target) = WAHAContentReader.node(message) { return target }
        return nil
    }
}

internal import RelayCore
internal import RelayJSON

/// Turns one Chatwoot message into the command for WhatsApp: send or revoke.
struct ChatwootMessageReader {
    private let document: JSONObject
    private let conversation: JSONObject
    private let attributes: JSONObject
    private let account: Int64
    private let message: Int64
    private let receivedAt: Timestamp

    /// Nil when the document is not about a message.
    init?(_ document: JSONObject, receivedAt: Timestamp) {
        guard let message = document["id"]?.int, let account = document["account"]?.object?["id"]?.int,
            let conversation = document["conversation"]?.object, document["message_type"] != nil
        else { return nil }
        self.document = document
        self.conversation = conversation
        self.account = account
        self.message = message
        self.receivedAt = receivedAt
        attributes = document["content_attributes"]?.object ?? [:]
    }

    // MARK: Sender and audience

    /// Whether the message is public, written by an agent, a bot or an automation, and not by the relay: the relay's
    /// own messages have a `source_id`.
    private var isForCustomer: Bool {
        let type = document["message_type"]
        let isOutgoing = type == "outgoing" || type == "template" || type == .int(1) || type == .int(3)
        return isOutgoing && !document.flag("private") && document.text("source_id") == nil
            && !attributes.flag("external_echo")
    }

    var isWrittenByAgent: Bool { isForCustomer && !attributes.flag("deleted") }
    var isDeletedByAgent: Bool { isForCustomer && attributes.flag("deleted") }

    /// Whether the document may be an agent's retry. The webhook does not distinguish a retry from a change of status.
    /// While `external_error` is set, it reports the failure itself.
    var mayBeTriedAgain: Bool {
        isForCustomer && !attributes.flag("deleted") && attributes.text("external_error") == nil
    }

    /// The session that the conversation got when it was created.
    var sessionAttribute: String? {
        conversation["custom_attributes"]?.object?.text("wa_session")
            ?? conversation["additional_attributes"]?.object?.text("wa_session")
    }

    // MARK: Commands

    func send(session: String?, isRetry: Bool = false) throws(InvalidDocumentError) -> ParsedEvent {
        let chat = chat()
        var payload = head(chat)
        let attachments = ChatwootContentReader.attachments(document["attachments"]?.array ?? [])
        let text = ChatwootContentReader.text(document, attributes)
        payload.append("type", .string(attachments.first?.kind ?? "text"))
        payload.append("text", orNull: text)
        if text != nil { payload.append("textFormat", "markdown") }
        if !attachments.isEmpty { payload.append("attachments", .array(attachments.map(\.json))) }
        if let quoted { payload.append("quoted", .object(quoted)) }
        if let agent = document["sender"]?.object {
            var author = JSONObject()
            author.append("id", known: agent["id"]?.int)
            author.append("name", known: agent.text("name"))
            author.append("type", known: agent.text("type"))
            payload.append("agent", .object(author))
        }
        payload.append("retry", raised: isRetry)
        return try event(.messageSend, session, chat, payload, key: isRetry ? nil : "created")
    }

    func revoke(session: String?) throws(InvalidDocumentError) -> ParsedEvent {
        let chat = chat()
        return try event(.messageRevoke, session, chat, head(chat), key: "deleted")
    }

    private func event(
        _ type: EventType, _ session: String?, _ chat: JID?, _ payload: JSONObject, key: String?
    ) throws(InvalidDocumentError) -> ParsedEvent {
        guard let session else {
            throw InvalidDocumentError(
                .missingSession,
                "Nothing names the session that is to send this: set the inbox's webhook_url to …/in/SOURCE/SESSION, "
                    + "or the source's session:, or the conversation's attribute wa_session.",
                pointer: nil
            )
        }
        guard Session.isValid(id: session) else { throw EnvelopeSessionResolver.invalid(at: nil) }
        return ParsedEvent(
            type: type,
            session: session,
            chat: chat?.description,
            // Chatwoot posts some documents twice (chatwoot#11901).
            dedupKey: key.map { "chatwoot|\(account)|\(message)|\($0)" },
            occurredAt: GatewayTimeReader.timestamp(document["created_at"]),
            payload: payload
        )
    }

    private func head(_ chat: JID?) -> JSONObject {
        var payload: JSONObject = ["commandId": .string("cw-\(account)-\(message)")]
        payload.append("chatId", orNull: chat?.description)
        payload.append("chatKind", orNull: chat?.chatKind.rawValue)
        if chat == nil { payload.append("problem", .string(Self.noAddress)) }
        var place: JSONObject = ["account": .int(account), "message": .int(message)]
        place.append("inbox", orNull: document["inbox"]?.object?["id"]?.int ?? conversation["inbox_id"]?.int)
        place.append("conversation", orNull: conversation["id"]?.int)
        place.append("inReplyTo", known: attributes["in_reply_to"]?.int)
        payload.append("chatwoot", .object(place))
        return payload
    }

    /// The message that this one answers; nil when that one did not come from WhatsApp.
    private var quoted: JSONObject? {
        guard let source = attributes.text("in_reply_to_external_id"),
            source.hasPrefix(ChatwootWebhookFormat.sourcePrefix)
        else {
            return nil
        }
        // Edits and files of a message have ids with a suffix after `#`.
        let id = source.dropFirst(ChatwootWebhookFormat.sourcePrefix.count).prefix { $0 != "#" }
        return id.isEmpty ? nil : ["messageId": .string(String(id))]
    }

    // MARK: Recipient

    /// The error that the destination shows to the agent. The format does not reject the document, because the response
    /// to a webhook cannot show this text in Chatwoot.
    private static let noAddress =
        "The contact has no WhatsApp number: give it a phone number with its country code, such as +5511999999999."

    /// The recipient: from the relay's own `source_id`, else the contact's identifier, else the contact's phone number.
    private func chat() -> JID? {
        let sender = conversation["meta"]?.object?["sender"]?.object ?? [:]
        let source = conversation["contact_inbox"]?.object?.text("source_id")
        if let jid = source.flatMap(Self.jid) ?? sender.text("identifier").flatMap({ JID($0) }) { return jid }
        if let phone = sender.text("phone_number"), phone.hasPrefix("+"), let jid = JID(phone.dropFirst() + "@c.us"),
            jid.phone != nil
        {
            return jid
        }
        return nil
    }

    /// Decodes `wa-5511…`, `walid-…`, `wag-…`: JIDs written without `.` and `@`, which Chatwoot does not allow in URL
    /// paths.
    private static func jid(_ source: String) -> JID? {
        let servers = ["wa": "s.whatsapp.net", "walid": "lid", "wag": "g.us"]
        let parts = source.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let server = servers[String(parts[0])] else { return nil }
        guard parts[1].utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: "-") }) else { return nil }
        return JID("\(parts[1])@\(server)")
    }
}

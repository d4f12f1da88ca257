internal import RelayCore
internal import RelayJSON

/// Events of ZapHub's webhooks that stage-07 does not have (its EVENTS.md): `{event, session_id, data}`, an event of
/// Baileys under another name. It is converted to Baileys' form and read by ``BaileysReader``.
extension NativeFormat {
    /// - Returns: nil for an event that is none of these and is taken unchanged.
    func zapHubEvents(
        named name: String,
        _ envelope: JSONObject,
        at pointer: String,
        _ sessionName: EnvelopeSessionResolver,
        _ batch: BatchDocumentReader
    ) throws(InvalidDocumentError) -> [ParsedEvent]? {
        let field = envelope["data"]?.object == nil ? "payload" : "data"
        guard let data = envelope[field]?.object, let required = Self.required(by: name, data) else { return nil }
        let missing = required.first { data.text($0) == nil }
        // With `payload` it can be another system's event of the same name.
        if missing != nil, field == "payload" { return nil }
        let session = try sessionName.resolve(envelope, at: pointer)
        let receivedAt = sessionName.context.receivedAt
        let pointer = "\(pointer)/\(field)"
        if let missing {
            throw .wrong("must be a text", at: "\(pointer)/\(missing)", of: "ZapHub")
        }
        let moment = GatewayTimeReader.timestamp(data["editedAt"] ?? data["timestamp"])
        if name == "message.edited" { return [edit(data, at: moment, session: session, receivedAt: receivedAt)] }
        let reader = BaileysReader(
            session: session, receivedAt: receivedAt, batch: batch, account: nil, gateway: "ZapHub")
        guard let (event, argument) = Self.baileys(name, data) else { return nil }
        return try reader.events(named: event, data: .object(argument), at: pointer).map { event in
            var event = event
            if event.occurredAt == nil, let moment {
                event.occurredAt = moment
                event.payload["timestampSource"] = nil
                if event.payload.contains("timestamp") { event.payload["timestamp"] = .int(moment.seconds) }
            }
            if event.dedupKey == nil, let chat = event.chat, let moment {
                event.dedupKey = DeduplicationKeyBuilder.make(event.type, chat: chat, at: moment, event.payload)
            }
            return event
        }
    }

    /// The string members that the event requires; nil for an event that is not one of ZapHub's.
    private static func required(by name: String, _ data: JSONObject) -> [String]? {
        switch name {
        case "presence.update": ["jid"]
        case "message.receipt.delivered", "message.receipt.read", "message.edited": ["messageId", "remoteJid"]
        // The relay has an event with the same name, which has no `reaction` member.
        case "message.reaction": data["reaction"]?.object == nil ? nil : ["messageId", "remoteJid"]
        case "call.offer", "call.ringing", "call.accept", "call.reject", "call.timeout", "call.terminate":
            ["callId", "chatId"]
        case "group.update", "group.participants.add", "group.participants.remove", "group.participants.promote",
            "group.participants.demote":
            ["groupId"]
        default: nil
        }
    }

    private static func baileys(_ name: String, _ data: JSONObject) -> (event: String, argument: JSONObject)? {
        let key: JSONObject = [
            "id": data["messageId"] ?? .null, "remoteJid": data["remoteJid"] ?? .null,
            "fromMe": data["fromMe"] ?? .null, "participant": data["participant"] ?? .null,
        ]
        let last = name.split(separator: ".").last.map { JSON.string(String($0)) } ?? .null
        switch name {
        case "presence.update":
            let member = data.text("participant") ?? data.text("jid") ?? ""
            let presence: JSON = [
                "lastKnownPresence": data["presence"] ?? .null, "lastSeen": data["lastSeen"] ?? .null,
            ]
            return (name, ["id": data["jid"] ?? .null, "presences": [member: presence]])
        case "message.receipt.delivered", "message.receipt.read":
            let step = name.hasSuffix("read") ? "readTimestamp" : "receiptTimestamp"
            let moment = [data[step], data["timestamp"]].lazy.compactMap { $0 }.first { $0 != .null }
            let receipt: JSON = ["userJid": data["userJid"] ?? .null, step: moment ?? .null]
            return ("message-receipt.update", ["key": .object(key), "receipt": receipt])
        case "message.reaction":
            var reaction = data["reaction"]?.object ?? JSONObject()
            var reactor = key
            reactor["id"] = nil
            reaction["key"] = .object(reactor)
            return ("messages.reaction", ["key": .object(key), "reaction": .object(reaction)])
        case "group.update":
            var group = data["updates"]?.object ?? JSONObject()
            group["id"] = data["groupId"]
            return ("groups.update", group)
        default:
            var argument = data
            argument["id"] = data["callId"] ?? data["groupId"]
            let isCall = name.hasPrefix("call.")
            let field = isCall ? "status" : "action"
            argument[field] = data.text(field) == nil ? last : data[field]
            return (isCall ? "call" : "group-participants.update", argument)
        }
    }

    /// `message.edited`: the new content in ZapHub's own form, and the old content.
    private func edit(
        _ data: JSONObject,
        at moment: Timestamp?,
        session: String,
        receivedAt: Timestamp
    ) -> ParsedEvent {
        let id = data.text("messageId") ?? ""
        let key = BaileysMessageKey(data)
        let content = MessageContent(type: data.text("type") ?? "text", content: data["content"]?.object)
        let facts = MessageFacts(
            id: id,
            chat: key.chat,
            author: key.author,
            isFromMe: key.isFromMe,
            content: content,
            receivedAt: receivedAt
        )
        var event = facts.edit(of: id, content: content, at: moment, session: session)
        event.payload["wa_message_id"] = .string(data.text("waMessageId") ?? id)
        event.payload["previousContent"] = data["previousContent"]
        return event
    }
}

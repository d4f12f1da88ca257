internal import RelayCore
internal import RelayJSON

/// How far our messages have come, and what else `messages.update` tells.
extension BaileysReader {
    private static let statuses: [String: Int64] = [
        "ERROR": 0, "PENDING": 1, "SERVER_ACK": 2, "DELIVERY_ACK": 3, "READ": 4, "PLAYED": 5,
    ]

    /// A step of a message on its way.
    private enum Progress: String {
        case failed, sent, delivered, read, played

        init?(code: Int64?) {
            switch code {
            case 0: self = .failed
            case 2: self = .sent
            case 3: self = .delivered
            case 4: self = .read
            case 5: self = .played
            default: return nil
            }
        }

        var type: EventType {
            switch self {
            case .failed: .messageFailed
            case .sent: .messageSent
            case .delivered: .messageDelivered
            case .read, .played: .messageRead
            }
        }
    }

    /// `messages.update`: `{key, update}` with a part of the message.
    func messageUpdate(_ item: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        let keyPointer = pointer + "/key"
        let keyObject = try object(item["key"], at: keyPointer)
        let update = try object(item["update"], at: pointer + "/update")
        let key = MessageKey(keyObject)
        let moment = WireTime.timestamp(update["messageTimestamp"])
        var events: [NewEvent] = []
        if let message = update["message"]?.object {
            if message["editedMessage"] != nil {
                if let event = try edited(message, key: key, keyPointer: keyPointer, at: moment) {
                    events.append(event)
                }
            } else {
                // A message that came late: sent again by the phone, or with its media uploaded anew.
                var whole = update
                whole["key"] = .object(keyObject)
                if let event = try self.message(whole, at: pointer, isHistory: false) { events.append(event) }
            }
        } else if WireNumber.enumeration(update["messageStubType"], Self.stubTypes) == 1 {
            let target = try id(of: key, at: keyPointer)
            let revoker = update["key"]?.object.map { MessageKey($0) } ?? key
            var facts = facts(of: revoker, at: moment)
            facts.chat = facts.chat ?? key.chat
            events.append(revoke(facts, of: target))
        }
        let isFromMe = keyObject["fromMe"]?.bool
        if let event = try status(update, key: key, isFromMe: isFromMe, keyPointer: keyPointer, at: moment) {
            events.append(event)
        }
        return events
    }

    private func edited(
        _ message: JSONObject,
        key: MessageKey,
        keyPointer: String,
        at moment: Timestamp?
    ) throws(FormatError) -> NewEvent? {
        switch MessageNode(message) {
        case .content(let content):
            return edit(facts(of: key, at: moment), of: try id(of: key, at: keyPointer), content: content, at: moment)
        case .edit(let target, let content, let editedAt):
            return edit(facts(of: key, at: moment), of: target, content: content, at: editedAt ?? moment)
        default:
            return nil
        }
    }

    /// The status of our own message. One with `fromMe: false` says that we read somebody's message on another
    /// device (B-R2); a status that is not known says nothing (B-R3). Only our own messages fail, so there a key that
    /// does not say whose it is will do.
    private func status(
        _ update: JSONObject,
        key: MessageKey,
        isFromMe: Bool?,
        keyPointer: String,
        at moment: Timestamp?
    ) throws(FormatError) -> NewEvent? {
        guard let value = update["status"], value != .null,
            let progress = Progress(code: WireNumber.enumeration(value, Self.statuses)),
            isFromMe ?? (progress == .failed)
        else { return nil }
        return progressEvent(
            progress,
            id: try id(of: key, at: keyPointer),
            chat: key.chat,
            recipient: nil,
            error: update["messageStubParameters"]?.array?.first?.string,
            at: moment
        )
    }

    /// `message-receipt.update`: what members of a group did with our message (B-R1).
    func receipt(_ item: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        let key = MessageKey(try object(item["key"], at: pointer + "/key"))
        let receipt = try object(item["receipt"], at: pointer + "/receipt")
        let recipient = receipt.address("userJid")
        // Our own other devices acknowledge as well; nobody else has it then.
        guard key.isFromMe, recipient.map({ !own.contains($0) }) ?? true else { return [] }
        let steps: [(field: String, progress: Progress)] = [
            ("receiptTimestamp", .delivered), ("readTimestamp", .read), ("playedTimestamp", .played),
        ]
        var events: [NewEvent] = []
        for step in steps {
            guard let value = receipt[step.field], value != .null else { continue }
            events.append(
                progressEvent(
                    step.progress,
                    id: try id(of: key, at: pointer + "/key"),
                    chat: key.chat,
                    recipient: recipient,
                    error: nil,
                    at: WireTime.timestamp(value)
                )
            )
        }
        return events
    }

    /// - Parameter recipient: whose receipt it is, in a group.
    private func progressEvent(
        _ progress: Progress,
        id: String,
        chat: Identity?,
        recipient: JID?,
        error: String?,
        at moment: Timestamp?
    ) -> NewEvent {
        let type = progress.type
        let chatID = chat?.id.description
        let recipient = recipient == chat?.id ? nil : recipient
        var payload = JSONObject()
        payload.append("messageId", .string(id))
        if type == .messageSent { payload.append("to", orNull: chatID) }
        payload.append("wa_message_id", .string(id))
        if type == .messageFailed {
            payload.append("error", .string(error ?? "unknown"))
            payload.append("attempts", .null)
        }
        payload.append("timestamp", .int((moment ?? receivedAt).seconds))
        payload.append("chatId", orNull: chatID)
        payload.append("participant", orNull: recipient?.description)
        payload.append("isGroup", .bool(chat?.id.isGroup ?? false))
        payload.append("fromMe", .bool(true))
        payload.append("chatKind", orNull: chat?.id.chatKind.rawValue)
        payload.append("status", .string(progress.rawValue))
        if moment == nil { payload.append("timestampSource", .string("received")) }
        payload.append("chatLid", known: chat?.lid?.description)
        return NewEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: DedupKey.make(type, chat: chatID, message: id, progress.rawValue, recipient?.description),
            occurredAt: moment,
            payload: payload
        )
    }
}

internal import RelayCore
internal import RelayJSON

/// A delivery state of a message that the account sent.
enum ReceiptStatus: String {
    case sent, failed, delivered, read, played

    /// The names and numbers of WhatsApp Web's message status, as Baileys and Evolution write them.
    static let statuses: [String: Int64] = [
        "ERROR": 0, "PENDING": 1, "SERVER_ACK": 2, "DELIVERY_ACK": 3, "READ": 4, "PLAYED": 5,
    ]

    /// The time fields in a receipt of Baileys, and of WAHA's NOWEB engine, which uses Baileys, in the order of the
    /// states.
    static let receiptSteps: [(field: String, progress: ReceiptStatus)] = [
        ("receiptTimestamp", .delivered), ("readTimestamp", .read), ("playedTimestamp", .played),
    ]

    /// - Parameter code: a value of ``statuses``; nil for one that has no state (B-R3).
    init?(statusCode code: Int64?) {
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

    /// The order of the states: `failed` replaces `sent`, and `delivered` and `read` replace `failed` (reference
    /// whatsapp.md, B.3).
    var rank: Int {
        switch self {
        case .sent: 1
        case .failed: 2
        case .delivered: 3
        case .read: 4
        case .played: 5
        }
    }
}

/// What a format has read about the delivery state of a message that the account sent.
struct ReceiptFacts {
    var progress: ReceiptStatus
    var id: String
    var chat: PersonIdentity?
    /// The group member who sent the receipt; nil in a direct chat.
    var recipient: PersonIdentity?
    /// For a failure: the reason.
    var failure: MessageFailureReason?
    /// The time of the receipt; nil when the gateway does not report it.
    var at: Timestamp?
    var receivedAt: Timestamp
    /// Payload fields that only this format has; they are added at the end.
    var extra = JSONObject()

    func event(session: String) -> ParsedEvent {
        let type = progress.type
        let chatID = chat?.id.description
        let recipient = recipient?.id == chat?.id ? nil : recipient
        var payload = JSONObject()
        payload.append("messageId", .string(id))
        if type == .messageSent { payload.append("to", orNull: chatID) }
        payload.append("wa_message_id", .string(id))
        if type == .messageFailed {
            payload.append("error", .string(failure?.text ?? "unknown"))
            payload.append("attempts", .null)
            payload.append("errorCode", known: failure?.code)
        }
        payload.append("timestamp", .int((at ?? receivedAt).seconds))
        payload.append("chatId", orNull: chatID)
        payload.append("participant", orNull: recipient?.id.description)
        payload.append("isGroup", .bool(chat?.id.isGroup ?? false))
        payload.append("fromMe", .bool(true))
        payload.append("chatKind", orNull: chat?.id.chatKind.rawValue)
        payload.append("status", .string(progress.rawValue))
        if at == nil { payload.append("timestampSource", .string("received")) }
        payload.append("chatLid", known: chat?.lid?.description)
        payload.append("participantLid", known: recipient?.lid?.description)
        for (key, value) in extra { payload.append(key, value) }
        return ParsedEvent(
            type: type,
            session: session,
            chat: chatID,
            dedupKey: "status|\(chatID ?? "")|\(id)|\(recipient?.id.description ?? "")",
            rank: progress.rank,
            occurredAt: at,
            payload: payload
        )
    }
}

extension FormatReader {
    /// The events of one receipt for several messages.
    /// - Parameters:
    ///   - facts: what all of them have in common; the id is replaced.
    ///   - pointer: the JSON pointer of `ids`.
    func events(of facts: ReceiptFacts, for ids: [JSON], at pointer: String) throws(InvalidDocumentError)
        -> [ParsedEvent]
    {
        var events: [ParsedEvent] = []
        events.reserveCapacity(ids.count)
        for (index, id) in ids.enumerated() {
            guard let id = id.string, !id.isEmpty else {
                throw wrong("must hold messages' ids, texts", at: "\(pointer)/\(index)")
            }
            var facts = facts
            facts.id = id
            events.append(facts.event(session: session))
        }
        return events
    }
}

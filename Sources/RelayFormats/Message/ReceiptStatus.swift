internal import RelayCore
internal import RelayJSON

/// A step of our own message on its way.
enum ReceiptStatus: String {
    case sent, failed, delivered, read, played

    /// The names and numbers of WhatsApp Web's message status, as Baileys and Evolution write them.
    static let statuses: [String: Int64] = [
        "ERROR": 0, "PENDING": 1, "SERVER_ACK": 2, "DELIVERY_ACK": 3, "READ": 4, "PLAYED": 5,
    ]

    /// The moments in a receipt of Baileys, and of WAHA's NOWEB, which runs on it, from the first step to the last.
    static let receiptSteps: [(field: String, progress: ReceiptStatus)] = [
        ("receiptTimestamp", .delivered), ("readTimestamp", .read), ("playedTimestamp", .played),
    ]

    /// - Parameter code: of ``statuses``; nil for one that says nothing (B-R3).
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

    /// Its place among the steps: a failure replaces sent, and gives way to delivered and read (reference whatsapp.md,
    /// B.3).
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

/// What a dialect has found out about how far one of our messages has come.
struct ReceiptFacts {
    var progress: ReceiptStatus
    var id: String
    var chat: PersonIdentity?
    /// Whose receipt it is, in a group; nil for the only other side of a direct chat.
    var recipient: PersonIdentity?
    /// Of a failure: the code and what it means, for people.
    var error: String?
    /// Nil when the gateway does not tell.
    var at: Timestamp?
    var receivedAt: Timestamp
    /// Fields of this dialect alone, to stand at the end of the payload.
    var extra = JSONObject()

    func event(session: String) -> NewEvent {
        let type = progress.type
        let chatID = chat?.id.description
        let recipient = recipient?.id == chat?.id ? nil : recipient
        var payload = JSONObject()
        payload.append("messageId", .string(id))
        if type == .messageSent { payload.append("to", orNull: chatID) }
        payload.append("wa_message_id", .string(id))
        if type == .messageFailed {
            payload.append("error", .string(error ?? "unknown"))
            payload.append("attempts", .null)
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
        return NewEvent(
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
    /// The events of a receipt for several messages at once.
    /// - Parameters:
    ///   - facts: the same for all but their ids.
    ///   - pointer: where `ids` are.
    func events(of facts: ReceiptFacts, for ids: [JSON], at pointer: String) throws(FormatError) -> [NewEvent] {
        var events: [NewEvent] = []
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

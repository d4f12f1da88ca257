internal import RelayCore
internal import RelayJSON

/// Turns one event of gowa into the relay's.
struct GowaReader: EnvelopeReader {
    let gateway = GowaFormat.gateway
    let session: String
    let receivedAt: Timestamp
    /// Our own address, when the document tells it.
    let own: JID?
    /// When it happened, as the envelope tells; messages have a time of their own.
    let sentAt: Timestamp?

    init(session: String, receivedAt: Timestamp, envelope: JSONObject) {
        self.session = session
        self.receivedAt = receivedAt
        let device = envelope.text("device_id")
        own = device.flatMap { JID($0) ?? JID($0 + "@s.whatsapp.net") }
        sentAt = WireTime.timestamp(envelope["timestamp"])
    }

    static let handled: Set<String> = [
        "message", "message.reaction", "message.edited", "message.revoked", "message.deleted", "message.ack",
        "chat_presence", "group.participants", "group.joined", "call.offer",
    ]

    func events(named name: String, data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        // Labels, and news about channels: a channel's post comes as a message as well, with its content.
        guard Self.handled.contains(name) else { return [] }
        let payload = try object(data, at: pointer)
        switch name {
        case "message": return [try message(payload, at: pointer)]
        case "message.reaction": return [try reaction(payload, at: pointer)]
        case "message.edited": return [try edit(payload, at: pointer)]
        case "message.revoked": return [try revocation(payload, at: pointer)]
        case "message.deleted": return [try deletion(payload, at: pointer)]
        case "message.ack": return try receipts(payload, at: pointer)
        case "chat_presence": return [try presence(payload, at: pointer)]
        case "group.participants", "group.joined": return [try members(payload, at: pointer)]
        default: return [try call(payload, at: pointer)]
        }
    }

    /// What tells a repetition of a posting about something that has no id.
    func dedupKey(_ type: EventType, chat: JID, _ payload: JSONObject) -> String? {
        sentAt.map { DeduplicationKey.make(type, chat: chat.description, at: $0, payload) }
    }
}

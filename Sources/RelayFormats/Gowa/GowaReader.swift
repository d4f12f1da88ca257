internal import RelayCore
internal import RelayJSON

/// Turns one event of gowa into events of the relay.
struct GowaReader: GatewayEventReader {
    let gateway = GowaFormat.gateway
    let session: String
    let receivedAt: Timestamp
    let batch: BatchDocumentReader
    /// The account's own JID; nil when the document does not contain it.
    let own: JID?
    /// The time of the event from the envelope. Messages have a time of their own.
    let sentAt: Timestamp?

    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader) {
        self.session = session
        self.receivedAt = receivedAt
        self.batch = batch
        let device = envelope.text("device_id")
        own = device.flatMap { JID($0) ?? JID($0 + "@s.whatsapp.net") }
        sentAt = GatewayTimeReader.timestamp(envelope["timestamp"])
    }

    static let handled: Set<String> = [
        "message", "message.reaction", "message.edited", "message.revoked", "message.deleted", "message.ack",
        "chat_presence", "group.participants", "group.joined", "call.offer",
    ]

    func events(named name: String, data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        // Labels, and channel news: a channel's post also arrives as a message, with its content.
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

    /// The deduplication key of an event without an id; repetitions of the post have the same key.
    func dedupKey(_ type: EventType, chat: JID, _ payload: JSONObject) -> String? {
        sentAt.map { DeduplicationKeyBuilder.make(type, chat: chat.description, at: $0, payload) }
    }
}

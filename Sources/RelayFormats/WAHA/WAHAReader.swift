internal import RelayCore
internal import RelayJSON

/// Turns one event of WAHA into events of the relay.
struct WAHAReader: GatewayEventReader {
    let gateway = WAHAFormat.gateway
    let session: String
    let receivedAt: Timestamp
    let batch: BatchDocumentReader
    /// The session's own account; nil when the document does not contain it.
    let me: PersonIdentity?
    /// The account's own JIDs.
    let own: Set<JID>
    /// The time at which WAHA created the event. Messages have a time of their own.
    let sentAt: Timestamp?
    /// WAHA's id of the event, the same in every attempt to post it.
    let eventID: String?
    let engine: String?

    init(session: String, receivedAt: Timestamp, envelope: JSONObject, batch: BatchDocumentReader) {
        self.session = session
        self.receivedAt = receivedAt
        self.batch = batch
        let account = envelope["me"]?.object
        let jids = ["id", "lid", "jid"].compactMap { account?.jid($0) }
        me = PersonIdentity(account?.jid("id"), alternates: [account?.jid("lid"), account?.jid("jid")])
        own = Set(jids)
        sentAt = GatewayTimeReader.timestamp(envelope["timestamp"])
        eventID = envelope.text("id")
        engine = envelope.text("engine") ?? envelope["environment"]?.object?.text("engine")
    }

    static let handled: Set<String> = [
        "message", "message.any", "message.waiting", "message.reaction", "message.edited", "message.revoked",
        "message.ack", "message.ack.group", "poll.vote", "poll.vote.failed", "event.response", "event.response.failed",
        "group.v2.join", "group.v2.leave",
        "group.v2.update", "group.v2.participants", "group.join", "group.leave", "presence.update", "call.received",
        "call.accepted", "call.rejected", "session.status",
    ]

    func events(named name: String, data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        // Labels, archived chats, replies to invitations, and the engine's own events.
        guard Self.handled.contains(name) else { return [] }
        let payload = try object(data, at: pointer)
        switch name {
        case "message", "message.any": return try message(payload, at: pointer).map { [$0] } ?? []
        case "message.waiting": return [try waiting(payload, at: pointer)]
        case "message.reaction": return [try reaction(payload, at: pointer)]
        case "message.edited": return [try edit(payload, at: pointer)]
        case "message.revoked": return [try revocation(payload, at: pointer)]
        case "message.ack", "message.ack.group": return try acknowledgement(payload, at: pointer).map { [$0] } ?? []
        case "poll.vote": return [try vote(payload, isOpened: true, at: pointer)]
        case "poll.vote.failed": return [try vote(payload, isOpened: false, at: pointer)]
        case "event.response": return [try eventResponse(payload, isOpened: true, at: pointer)]
        case "event.response.failed": return [try eventResponse(payload, isOpened: false, at: pointer)]
        case "group.v2.join", "group.v2.leave", "group.v2.update": return [try group(payload, name, at: pointer)]
        case "group.v2.participants": return [try members(payload, at: pointer)]
        case "group.join", "group.leave": return notification(payload, name).map { [$0] } ?? []
        case "presence.update": return try presence(payload, at: pointer)
        case "call.received": return [try call(payload, status: "offer", at: pointer)]
        case "call.accepted": return [try call(payload, status: "accept", at: pointer)]
        case "call.rejected": return [try call(payload, status: "reject", at: pointer)]
        default: return try status(payload, at: pointer).map { [$0] } ?? []
        }
    }

    /// The deduplication key of an event without an id; repetitions of the post have the same key.
    func key(_ type: EventType, _ detail: String? = nil) -> String? {
        eventID.map { id in "\(type.name)|\(id)" + (detail.map { "|\($0)" } ?? "") }
    }
}

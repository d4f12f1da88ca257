internal import RelayCore
internal import RelayJSON

/// Receipts and presences.
extension EvolutionGoReader {
    /// `Receipt`: what somebody did with messages of ours. Those of our own devices say that *we* read something (B-R1).
    func receipt(_ data: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let ids = data["MessageIDs"]?.array else {
            throw wrong("must be an array of message ids", at: pointer + "/MessageIDs")
        }
        guard let chat = data.address("Chat") else {
            throw wrong("must be the chat's address", at: pointer + "/Chat")
        }
        let progress: Progress
        switch (state ?? data["Type"]?.string)?.lowercased() {
        case "delivered", "": progress = .delivered
        case "read": progress = .read
        case "played": progress = .played
        default: return []
        }
        guard !data.flag("IsFromMe") else { return [] }
        let sender = Identity(data.address("Sender"), alternates: [data.address("SenderAlt")])
        let isDirect = chat.chatKind == .direct
        var events: [NewEvent] = []
        for (index, id) in ids.enumerated() {
            guard let id = id.string, !id.isEmpty else {
                throw wrong("must be message ids, texts", at: "\(pointer)/MessageIDs/\(index)")
            }
            let facts = ProgressFacts(
                progress: progress,
                id: id,
                chat: isDirect ? Identity(chat, alternates: [data.address("SenderAlt")]) : Identity(chat),
                recipient: isDirect ? nil : sender,
                at: WireTime.timestamp(data["Timestamp"]),
                receivedAt: baileys.receivedAt
            )
            events.append(facts.event(session: baileys.session))
        }
        return events
    }

    /// `Presence` (`From`, online or not) and `ChatPresence` (`Chat`, `Sender`, writing or speaking).
    func presence(_ data: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        if let from = data.address("From") {
            let isAway = data.flag("Unavailable") || state == "offline"
            let seen = data["LastSeen"] ?? .null
            let presence: JSON = ["lastKnownPresence": isAway ? "unavailable" : "available", "lastSeen": seen]
            let id = from.description
            return try baileys.presence(["id": .string(id), "presences": [id: presence]], at: pointer)
        }
        guard let chat = data.address("Chat"),
            let sender = Identity(data.address("Sender"), alternates: [data.address("SenderAlt")])
        else { throw wrong("must be the chat's address, with Sender beside it", at: pointer + "/Chat") }
        guard !data.flag("IsFromMe"), let state = data.text("State") else { return [] }
        let id = (chat.chatKind == .direct ? sender.id : chat).description
        let isSpeaking = state == "composing" && data.text("Media") == "audio"
        let presence: JSON = ["lastKnownPresence": .string(isSpeaking ? "recording" : state)]
        return try baileys.presence(["id": .string(id), "presences": [sender.id.description: presence]], at: pointer)
    }
}

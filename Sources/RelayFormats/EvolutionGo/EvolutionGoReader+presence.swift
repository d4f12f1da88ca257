internal import RelayCore
internal import RelayJSON

/// `Presence` (`From`, online or not) and `ChatPresence` (`Chat`, `Sender`, typing or recording).
extension EvolutionGoReader {
    func presence(_ data: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        if let from = data.jid("From") {
            let isAway = data.flag("Unavailable") || state == "offline"
            let seen = data["LastSeen"] ?? .null
            let presence: JSON = ["lastKnownPresence": isAway ? "unavailable" : "available", "lastSeen": seen]
            let id = from.description
            return try baileys.presence(["id": .string(id), "presences": [id: presence]], at: pointer)
        }
        guard let chat = data.jid("Chat"),
            let sender = PersonIdentity(data.jid("Sender"), alternates: [data.jid("SenderAlt")])
        else { throw wrong("must be the chat's JID, with Sender beside it", at: pointer + "/Chat") }
        guard !data.flag("IsFromMe"), let state = data.text("State") else { return [] }
        let id = (chat.chatKind == .direct ? sender.id : chat).description
        let isSpeaking = state == "composing" && data.text("Media") == "audio"
        let presence: JSON = ["lastKnownPresence": .string(isSpeaking ? "recording" : state)]
        return try baileys.presence(["id": .string(id), "presences": [sender.id.description: presence]], at: pointer)
    }
}

internal import RelayCore
internal import RelayJSON

/// `presence.update`.
extension WAHAReader {
    /// Makes one event for each person in the document.
    func presence(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let chat = try jid(payload, "id", "the chat's JID", at: pointer)
        let presences = try array(payload, "presences", "an array of presences", at: pointer)
        let words = [
            "online": "available", "offline": "unavailable", "typing": "composing", "recording": "recording",
            "paused": "paused",
        ]
        var events: [ParsedEvent] = []
        for presence in presences.compactMap(\.object) {
            guard let state = presence.text("lastKnownPresence") else { continue }
            let member = presence.jid("participant")
            let facts = PresenceFacts(
                chat: PersonIdentity(chat),
                member: member.map { PersonIdentity($0) },
                presence: words[state] ?? state,
                lastSeen: GatewayTimeReader.timestamp(presence["lastSeen"]),
                at: sentAt,
                receivedAt: receivedAt
            )
            events.append(facts.event(session: session, key: key(.presenceUpdated, member?.description)))
        }
        return events
    }
}

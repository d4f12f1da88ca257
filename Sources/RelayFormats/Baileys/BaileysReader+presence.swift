internal import RelayCore
internal import RelayJSON

/// `presence.update`.
extension BaileysReader {
    /// Makes one event for each person in the document.
    func presence(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        let chat = try jid(data, "id", "the chat's JID", at: pointer)
        let presences = try object(data["presences"], at: pointer + "/presences")
        return presences.compactMap { jid, value -> ParsedEvent? in
            guard let member = JID(jid), let presence = value.object?.text("lastKnownPresence") else { return nil }
            return PresenceFacts(
                chat: PersonIdentity(chat),
                member: PersonIdentity(member),
                presence: presence,
                lastSeen: GatewayTimeReader.timestamp(value["lastSeen"]),
                receivedAt: receivedAt
            ).event(session: session)
        }
    }
}

internal import RelayCore
internal import RelayJSON

/// `presence.update` and `call`.
extension BaileysReader {
    /// One event for each person whose presence it tells.
    func presence(_ data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        let data = try object(data, at: pointer)
        guard let chat = data.address("id") else { throw wrong("must be the chat's address", at: pointer + "/id") }
        let presences = try object(data["presences"], at: pointer + "/presences")
        return presences.compactMap { address, value -> NewEvent? in
            guard let member = JID(address), let presence = value.object?.text("lastKnownPresence") else { return nil }
            return PresenceFacts(
                chat: Identity(chat),
                member: Identity(member),
                presence: presence,
                lastSeen: WireTime.timestamp(value["lastSeen"]),
                receivedAt: receivedAt
            ).event(session: session)
        }
    }

    /// A call that is offered, and what becomes of it, each an event with its `status`.
    func call(_ call: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let id = call.text("id") else { throw wrong("must be the call's id, a text", at: pointer + "/id") }
        guard let status = call.text("status") else {
            throw wrong("must be the call's status, a text", at: pointer + "/status")
        }
        let caller = Identity(call.address("from"), alternates: [call.address("callerPn")])
        guard let chat = call.address("chatId") ?? caller?.id else {
            throw wrong("must be the chat's address", at: pointer + "/chatId")
        }
        // A call has the hidden identity as its chat as well, when that is what the caller is known by.
        let chatID = chat == caller?.lid ? caller?.id ?? chat : chat
        var facts = CallFacts(
            id: id,
            chat: chatID,
            caller: caller,
            status: status,
            isVideo: call.flag("isVideo"),
            group: call.address("groupJid"),
            isGroup: call.flag("isGroup"),
            isOffline: call.flag("offline"),
            at: WireTime.timestamp(call["date"]),
            receivedAt: receivedAt
        )
        facts.extra.append("latencyMs", known: WireNumber.integer(call["latencyMs"]))
        return [facts.event(session: session)]
    }
}

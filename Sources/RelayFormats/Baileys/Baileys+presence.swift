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
            var payload = JSONObject()
            payload.append("chatId", .string(chat.description))
            payload.append("participant", orNull: member == chat ? nil : member.description)
            payload.append("presence", .string(presence))
            payload.append("lastSeen", orNull: WireTime.timestamp(value["lastSeen"])?.seconds)
            payload.append("isGroup", .bool(chat.isGroup))
            payload.append("chatKind", .string(chat.chatKind.rawValue))
            payload.append("timestamp", .int(receivedAt.seconds))
            return event(.presenceUpdated, chat: chat, payload)
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
        let moment = WireTime.timestamp(call["date"])
        let group = call.address("groupJid")
        var payload = JSONObject()
        payload.append("callId", .string(id))
        payload.append("chatId", .string(chatID.description))
        payload.append("from", orNull: caller?.id.description)
        payload.append("status", .string(status))
        payload.append("isVideo", .bool(call.flag("isVideo")))
        payload.append("isGroup", .bool(call.flag("isGroup") || group != nil))
        payload.append("groupId", orNull: group?.description)
        payload.append("offline", .bool(call.flag("offline")))
        payload.append("timestamp", .int((moment ?? receivedAt).seconds))
        if moment == nil { payload.append("timestampSource", .string("received")) }
        payload.append("chatLid", known: caller?.lid?.description)
        payload.append("latencyMs", known: WireNumber.integer(call["latencyMs"]))
        let type = EventType.callReceived
        let key = DedupKey.make(type, chat: chatID.description, message: id, status)
        return [event(type, chat: chatID, at: moment, key: key, payload)]
    }
}

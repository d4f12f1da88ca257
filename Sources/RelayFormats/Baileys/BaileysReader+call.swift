internal import RelayCore
internal import RelayJSON

/// `call`.
extension BaileysReader {
    /// An offered call and each later state of it. Each one is an event with its `status`.
    func call(_ call: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try text(call, "id", "the call's id, a text", at: pointer)
        let status = try text(call, "status", "the call's status, a text", at: pointer)
        let caller = PersonIdentity(call.jid("from"), alternates: [call.jid("callerPn")])
        guard let chat = call.jid("chatId") ?? caller?.id else {
            throw wrong("must be the chat's JID", at: pointer + "/chatId")
        }
        // A call also has the caller's LID as its chat when WhatsApp identifies the caller by LID.
        let chatID = chat == caller?.lid ? caller?.id ?? chat : chat
        var facts = CallFacts(
            id: id,
            chat: chatID,
            caller: caller,
            status: status,
            isVideo: call.flag("isVideo"),
            group: call.jid("groupJid"),
            isGroup: call.flag("isGroup"),
            isOffline: call.flag("offline"),
            at: GatewayTimeReader.timestamp(call["date"]),
            receivedAt: receivedAt
        )
        facts.extra.append("latencyMs", known: GatewayNumberReader.integer(call["latencyMs"]))
        return [facts.event(session: session)]
    }
}

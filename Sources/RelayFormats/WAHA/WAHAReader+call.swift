internal import RelayCore
internal import RelayJSON

/// `call.received`, `.accepted` and `.rejected`.
extension WAHAReader {
    func call(_ payload: JSONObject, status: String, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let id = try text(payload, "id", "the call's id, a text", at: pointer)
        let from = try jid(payload, "from", "the caller's JID", at: pointer)
        let data = payload["_data"]?.object ?? JSONObject()
        let creator = ["from", "CallCreator"].lazy.compactMap(data.jid).first
        let others = ["callerPn", "from", "CallCreatorAlt", "CallCreator", "SenderAlt"].map(data.jid)
        let caller = PersonIdentity(from.isGroup ? creator : from, alternates: others)
        let group = (from.isGroup ? from : nil) ?? data.jid("groupJid") ?? data.jid("GroupJID")
        return CallFacts(
            id: id,
            chat: caller?.id ?? from,
            caller: caller,
            status: status,
            isVideo: payload["isVideo"]?.bool,
            group: group,
            isGroup: payload.flag("isGroup"),
            isOffline: data["offline"]?.bool,
            at: GatewayTimeReader.timestamp(payload["timestamp"]) ?? sentAt,
            receivedAt: receivedAt
        ).event(session: session)
    }
}

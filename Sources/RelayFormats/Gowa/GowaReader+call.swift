internal import RelayCore
internal import RelayJSON

/// `call.offer`.
extension GowaReader {
    func call(_ payload: JSONObject, at pointer: String) throws(InvalidDocumentError) -> ParsedEvent {
        let id = try text(payload, "call_id", "the call's id, a text", at: pointer)
        guard let caller = PersonIdentity(payload.jid("from"), alternates: [payload.jid("from_lid")]) else {
            throw wrong("must be the caller's JID", at: pointer + "/from")
        }
        let group = payload.jid("group_jid")
        var facts = CallFacts(
            id: id,
            chat: caller.id,
            caller: caller,
            status: "offer",
            group: group,
            isGroup: group != nil,
            at: sentAt,
            receivedAt: receivedAt
        )
        if let isRejected = payload["auto_rejected"]?.bool { facts.extra.append("autoRejected", .bool(isRejected)) }
        return facts.event(session: session)
    }
}

internal import RelayCore
internal import RelayJSON

/// `calls`: a call that connects or ends, and the states of a call that the business made.
extension CloudReader {
    func call(_ call: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let name = try text(call, "event", "a text such as \"connect\"", at: pointer)
        let isOwn = call.text("direction")?.uppercased() == "BUSINESS_INITIATED"
        let other =
            isOwn
            ? CloudPersonReference(call, "to", prefix: "to_") : CloudPersonReference(call, "from", prefix: "from_")
        let person = contacts.person(other)
        let session = call["session"]?.object
        var details = JSONObject()
        details.append("outcome", known: call.text("status")?.lowercased())
        details.append("seconds", known: GatewayNumberReader.integer(call["duration"]))
        details.append("startedAt", known: GatewayTimeReader.timestamp(call["start_time"])?.seconds)
        details.append("endedAt", known: GatewayTimeReader.timestamp(call["end_time"])?.seconds)
        details.append("sdp", known: session?.text("sdp"))
        details.append("sdpType", known: session?.text("sdp_type"))
        return [
            try event(
                of: call,
                // Baileys uses "offer" for an incoming call.
                status: name == "connect" && !isOwn ? "offer" : name.lowercased(),
                person: person,
                caller: isOwn ? CloudJIDConverter.phone(call["from"]) ?? number.jid : person?.identity.id,
                isOwn: isOwn,
                details: details,
                at: pointer
            )
        ]
    }

    func callStatus(_ status: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let name = try text(status, "status", "a text such as \"RINGING\"", at: pointer)
        let names = ["accepted": "accept", "rejected": "reject"]
        return [
            try event(
                of: status,
                status: names[name.lowercased()] ?? name.lowercased(),
                person: contacts.person(CloudPersonReference(status, "recipient_id", prefix: "recipient_")),
                caller: number.jid,
                isOwn: true,
                details: JSONObject(),
                at: pointer
            )
        ]
    }

    private func event(
        of call: JSONObject,
        status: String,
        person: CloudPersonIdentity?,
        caller: JID?,
        isOwn: Bool,
        details: JSONObject,
        at pointer: String
    ) throws(InvalidDocumentError) -> ParsedEvent {
        let id = try id(of: call, at: pointer)
        guard let chat = person?.identity.id else {
            throw wrong("must name the other side by phone number or user id", at: pointer)
        }
        var facts = CallFacts(
            id: id,
            chat: chat,
            caller: caller.map { PersonIdentity($0) },
            status: status,
            isVideo: false,
            isGroup: false,
            isOffline: false,
            at: GatewayTimeReader.timestamp(call["timestamp"]),
            receivedAt: receivedAt
        )
        facts.extra.append("fromMe", .bool(isOwn))
        facts.extra.append("direction", .string(isOwn ? "business_initiated" : "user_initiated"))
        facts.extra.append("contactName", known: person?.name)
        for (key, value) in details { facts.extra.append(key, value) }
        facts.extra.append("biz_opaque_callback_data", known: call.text("biz_opaque_callback_data"))
        // The errors are in the call, or next to it in `value`.
        CloudErrorList(call["errors"] ?? change.value["errors"]).append(to: &facts.extra)
        for (key, value) in extra(person) { facts.extra.append(key, value) }
        return facts.event(session: session)
    }
}

internal import RelayCore
internal import RelayJSON

/// `calls`: a call that connects or ends, and how far a call of the business has come.
extension CloudReader {
    func call(_ call: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let name = call.text("event") else {
            throw CloudFindings.wrong("must be a text such as \"connect\"", at: pointer + "/event")
        }
        let isOwn = call.text("direction")?.uppercased() == "BUSINESS_INITIATED"
        let other =
            isOwn
            ? CloudReference(call, "to", prefix: "to") : CloudReference(call, "from", prefix: "from")
        let person = contacts.person(other)
        let session = call["session"]?.object
        var details = JSONObject()
        details.append("outcome", known: call.text("status")?.lowercased())
        details.append("seconds", known: WireNumber.integer(call["duration"]))
        details.append("startedAt", known: WireTime.timestamp(call["start_time"])?.seconds)
        details.append("endedAt", known: WireTime.timestamp(call["end_time"])?.seconds)
        details.append("sdp", known: session?.text("sdp"))
        details.append("sdpType", known: session?.text("sdp_type"))
        return [
            try event(
                of: call,
                // What Baileys calls it when somebody rings.
                status: name == "connect" && !isOwn ? "offer" : name.lowercased(),
                person: person,
                caller: isOwn ? CloudAddress.phone(call["from"]) ?? number.address : person?.identity.id,
                isOwn: isOwn,
                details: details,
                at: pointer
            )
        ]
    }

    func callStatus(_ status: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let name = status.text("status") else {
            throw CloudFindings.wrong("must be a text such as \"RINGING\"", at: pointer + "/status")
        }
        let names = ["accepted": "accept", "rejected": "reject"]
        return [
            try event(
                of: status,
                status: names[name.lowercased()] ?? name.lowercased(),
                person: contacts.person(CloudReference(status, "recipient_id", prefix: "recipient")),
                caller: number.address,
                isOwn: true,
                details: JSONObject(),
                at: pointer
            )
        ]
    }

    private func event(
        of call: JSONObject,
        status: String,
        person: CloudPerson?,
        caller: JID?,
        isOwn: Bool,
        details: JSONObject,
        at pointer: String
    ) throws(FormatError) -> NewEvent {
        let id = try id(of: call, at: pointer)
        guard let chat = person?.identity.id else {
            throw CloudFindings.wrong("must name the other side by phone number or user id", at: pointer)
        }
        let moment = WireTime.timestamp(call["timestamp"])
        var payload = JSONObject()
        payload.append("callId", .string(id))
        payload.append("chatId", .string(chat.description))
        payload.append("from", orNull: caller?.description)
        payload.append("status", .string(status))
        payload.append("isVideo", .bool(false))
        payload.append("isGroup", .bool(false))
        payload.append("groupId", .null)
        payload.append("offline", .bool(false))
        payload.append("timestamp", .int((moment ?? receivedAt).seconds))
        if moment == nil { payload.append("timestampSource", .string("received")) }
        payload.append("fromMe", .bool(isOwn))
        payload.append("direction", .string(isOwn ? "business_initiated" : "user_initiated"))
        payload.append("contactName", known: person?.name)
        for (key, value) in details { payload.append(key, value) }
        payload.append("biz_opaque_callback_data", known: call.text("biz_opaque_callback_data"))
        // Those of a call stand beside it.
        CloudErrors(call["errors"] ?? change.value["errors"]).append(to: &payload)
        for (key, value) in extra(person) { payload.append(key, value) }
        let type = EventType.callReceived
        return NewEvent(
            type: type,
            session: session,
            chat: chat.description,
            dedupKey: DedupKey.make(type, chat: chat.description, message: id, status),
            occurredAt: moment,
            payload: payload
        )
    }
}

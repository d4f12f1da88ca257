internal import RelayCore
internal import RelayJSON

/// The session itself, presences and calls.
extension WAHAReader {
    /// `session.status`. The QR code is not in it: `GET /api/{session}/auth/qr` has it.
    func status(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent? {
        let status = try text(payload, "status", "the session's status, a text", at: pointer)
        let history = (payload["statuses"]?.array ?? []).compactMap(\.object)
        let current = history.last.flatMap { $0.text("status") == status ? $0 : nil }
        let previous = (current == nil ? history.last : history.dropLast().last)?.text("status")
        let moment = WireTime.timestamp(current?["timestamp"]) ?? sentAt
        let at = JSON.string((moment ?? receivedAt).iso8601)
        switch status {
        case "SCAN_QR_CODE":
            return change(.sessionQRUpdated, at: moment, ["qr_code": .null, "generated_at": at])
        case "WORKING":
            // It comes again when WhatsApp restricts the account, or no longer does.
            if previous == "WORKING" { return nil }
            var change: JSONObject = ["connected_at": at]
            change.append("phone_number", orNull: me?.id.phone)
            return self.change(.sessionConnected, at: moment, change)
        case "STOPPED", "FAILED", "PASSKEY_REQUIRED", "PASSKEY_CONFIRMATION_REQUIRED":
            let reason = JSON.string(status.lowercased())
            return change(.sessionDisconnected, at: moment, ["reason": reason, "disconnected_at": at])
        case "STARTING" where previous == "WORKING":
            return change(
                .sessionDisconnected, at: moment, ["reason": "connection_lost", "disconnected_at": at])
        default:
            return nil
        }
    }

    private func change(_ type: EventType, at moment: Timestamp?, _ payload: JSONObject) -> NewEvent {
        event(type, chat: nil, at: moment, key: key(type), payload)
    }

    /// One event for each person whose presence it tells.
    func presence(_ payload: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard let chat = payload.address("id") else { throw wrong("must be the chat's address", at: pointer + "/id") }
        let presences = try array(payload, "presences", "an array of presences", at: pointer)
        let words = [
            "online": "available", "offline": "unavailable", "typing": "composing", "recording": "recording",
            "paused": "paused",
        ]
        var events: [NewEvent] = []
        for presence in presences.compactMap(\.object) {
            guard let state = presence.text("lastKnownPresence") else { continue }
            let member = presence.address("participant")
            let facts = PresenceFacts(
                chat: Identity(chat),
                member: member.map { Identity($0) },
                presence: words[state] ?? state,
                lastSeen: WireTime.timestamp(presence["lastSeen"]),
                at: sentAt,
                receivedAt: receivedAt
            )
            events.append(facts.event(session: session, key: key(.presenceUpdated, member?.description)))
        }
        return events
    }

    func call(_ payload: JSONObject, status: String, at pointer: String) throws(FormatError) -> NewEvent {
        let id = try text(payload, "id", "the call's id, a text", at: pointer)
        guard let from = payload.address("from") else {
            throw wrong("must be the caller's address", at: pointer + "/from")
        }
        let data = payload["_data"]?.object ?? JSONObject()
        let creator = ["from", "CallCreator"].lazy.compactMap(data.address).first
        let others = ["callerPn", "from", "CallCreatorAlt", "CallCreator", "SenderAlt"].map(data.address)
        let caller = Identity(from.isGroup ? creator : from, alternates: others)
        let group = (from.isGroup ? from : nil) ?? data.address("groupJid") ?? data.address("GroupJID")
        return CallFacts(
            id: id,
            chat: caller?.id ?? from,
            caller: caller,
            status: status,
            isVideo: payload["isVideo"]?.bool,
            group: group,
            isGroup: payload.flag("isGroup"),
            isOffline: data["offline"]?.bool,
            at: WireTime.timestamp(payload["timestamp"]) ?? sentAt,
            receivedAt: receivedAt
        ).event(session: session)
    }
}

package import RelayCore
internal import RelayJSON

extension DirectoryCache {
    /// The event with hidden identities replaced by the phones that are known to be behind them, in its chat and in its
    /// payload; the identities stay beside them as `chatLid` and `participantLid` (reference whatsapp.md, B.2).
    ///
    /// Otherwise a gateway that sends the phone in some events only would split one chat into two.
    package func identified(_ event: Event) -> Event {
        var payload = event.payload
        let chat = event.chat.flatMap { replace($0, "chatLid", ["chatId", "contactId"], in: &payload, event) }
        let participant = payload["participant"]?.string
        let author = participant.flatMap { replace($0, "participantLid", ["participant"], in: &payload, event) }
        guard chat != nil || author != nil else { return event }
        return Event(
            id: event.id,
            source: event.source,
            type: event.type,
            session: event.session,
            chat: chat ?? event.chat,
            occurredAt: event.occurredAt,
            receivedAt: event.receivedAt,
            payload: payload,
            raw: event.raw,
            rerun: event.rerun
        )
    }

    /// - Returns: the phone's JID that is in the payload now; nil when none is known.
    private func replace(
        _ lid: String,
        _ lidField: String,
        _ fields: [String],
        in payload: inout JSONObject,
        _ event: Event
    ) -> String? {
        guard lid.isHiddenIdentity, let phone = phone(ofLID: lid, session: event.session) else { return nil }
        for field in fields + ["from", "to"] where payload[field]?.string == lid { payload[field] = .string(phone) }
        if payload[lidField]?.string == nil { payload[lidField] = .string(lid) }
        return phone
    }
}

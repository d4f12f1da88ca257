internal import RelayCore
internal import RelayJSON

/// Delivery states of messages that the business sent.
extension CloudReader {
    /// One element of `statuses`: of a message, or of a call that the business made.
    func status(_ status: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        switch status.text("type") ?? (change.field == "calls" ? "call" : "message") {
        case "message": return try messageStatus(status, at: pointer)
        case "call": return try callStatus(status, at: pointer)
        // Payment statuses make no event.
        default: return []
        }
    }

    private func messageStatus(_ status: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let name = try text(status, "status", "a text such as \"delivered\"", at: pointer)
        let id = try id(of: status, at: pointer)
        let moment = GatewayTimeReader.timestamp(status["timestamp"])
        let group = group(of: status)
        let recipient = recipient(of: status, inGroup: group != nil)
        let chat = group ?? recipient?.identity
        var extra = extra(recipient)
        for field in ["conversation", "pricing"] {
            if let object = status[field], object.object != nil {
                extra.append(field, MessageNodeRedaction.scrub(object))
            }
        }
        extra.append("biz_opaque_callback_data", known: status.text("biz_opaque_callback_data"))
        let errors = CloudErrorList(status["errors"])
        errors.append(to: &extra)
        if name == "deleted" {
            // The recipient deleted the message.
            let facts = MessageFacts(
                id: id,
                chat: chat,
                author: recipient?.identity,
                isFromMe: false,
                content: MessageContent(type: "deleted", content: nil),
                pushName: recipient?.name,
                sentAt: moment,
                receivedAt: receivedAt,
                extra: extra
            )
            return [facts.deletion(of: id, session: session)]
        }
        // An unknown status makes no event.
        guard let progress = ReceiptStatus(rawValue: name) else { return [] }
        let facts = ReceiptFacts(
            progress: progress,
            id: id,
            chat: chat,
            recipient: recipient?.identity,
            failure: errors.reason,
            at: moment,
            receivedAt: receivedAt,
            extra: extra
        )
        return [facts.event(session: session)]
    }

    private func group(of status: JSONObject) -> PersonIdentity? {
        let isGroup = status.text("recipient_type") == "group" || participant(in: status) != nil
        return
            (CloudJIDConverter.group(status["group_id"])
            ?? (isGroup ? CloudJIDConverter.group(status["recipient_id"]) : nil))
            .map { PersonIdentity($0) }
    }

    /// The person who sent the receipt: the other side of a direct chat, or a member of a group. Nil when the status of
    /// a group names no member.
    private func recipient(of status: JSONObject, inGroup: Bool) -> CloudPersonIdentity? {
        guard inGroup else {
            return contacts.person(CloudPersonReference(status, "recipient_id", prefix: "recipient_"))
        }
        guard let participant = participant(in: status) else { return nil }
        return contacts.person(participant)
    }

    private func participant(in status: JSONObject) -> CloudPersonReference? {
        // Meta uses both names.
        let field = status["recipient_participant_id"] == nil ? "participant_recipient_id" : "recipient_participant_id"
        let reference = CloudPersonReference(status, field, prefix: "recipient_participant_")
        return reference.isEmpty ? nil : reference
    }
}

internal import RelayCore
internal import RelayJSON

/// Receipts, presences, members of groups, calls.
extension GowaReader {
    /// What the types of receipts say of a message of ours. Others come from our own devices (`read-self`, `sender`),
    /// or ask for the message again (`retry`).
    private static let receiptTypes: [String: Progress] = ["delivered": .delivered, "read": .read, "played": .played]

    /// `message.ack`: others acknowledge only our messages; what comes from ourselves is that we read theirs.
    func receipts(_ payload: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        let ids = try array(payload, "ids", "an array of messages' ids", at: pointer)
        let source = GowaSource(payload, own: own)
        guard let chat = source.chat else { throw wrong("must be the chat's address", at: pointer + "/chat_id") }
        guard let progress = payload.text("receipt_type").flatMap({ Self.receiptTypes[$0] }), !source.isFromMe
        else { return [] }
        let hasMembers = chat.id.chatKind == .group || chat.id.chatKind == .status
        var events: [NewEvent] = []
        for (index, id) in ids.enumerated() {
            guard let id = id.string, !id.isEmpty else {
                throw wrong("must hold messages' ids, texts", at: "\(pointer)/ids/\(index)")
            }
            events.append(
                ProgressFacts(
                    progress: progress,
                    id: id,
                    chat: chat,
                    recipient: hasMembers ? source.author : nil,
                    at: sentAt,
                    receivedAt: receivedAt
                ).event(session: session)
            )
        }
        return events
    }

    func presence(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        let state = try text(payload, "state", "\"composing\" or \"paused\"", at: pointer)
        let source = GowaSource(payload, own: own)
        guard let chat = source.chat else { throw wrong("must be the chat's address", at: pointer + "/chat_id") }
        return PresenceFacts(
            chat: chat,
            member: source.author,
            presence: state == "composing" && payload.text("media") == "audio" ? "recording" : state,
            at: sentAt,
            receivedAt: receivedAt
        ).event(session: session, key: key(.presenceUpdated, chat: chat.id, payload))
    }

    /// `group.participants`, and `group.joined`: we are the member that was added.
    func members(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        guard let id = payload.address("chat_id") else {
            throw wrong("must be the group's address", at: pointer + "/chat_id")
        }
        let members = try array(payload, "jids", "an array of addresses", at: pointer)
        let change = GroupFacts(id: id, name: payload.text("group_name")).payload(
            action: payload.text("type"),
            members: members.compactMap(GroupFacts.participant),
            author: nil
        )
        return event(.groupUpdated, chat: id, at: sentAt, key: key(.groupUpdated, chat: id, payload), change)
    }

    func call(_ payload: JSONObject, at pointer: String) throws(FormatError) -> NewEvent {
        let id = try text(payload, "call_id", "the call's id, a text", at: pointer)
        guard let caller = Identity(payload.address("from"), alternates: [payload.address("from_lid")]) else {
            throw wrong("must be the caller's address", at: pointer + "/from")
        }
        let group = payload.address("group_jid")
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

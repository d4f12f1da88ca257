internal import RelayCore
internal import RelayJSON

/// Messages: those that people send to the business, those that the business sends in its own app, and the history of
/// both.
extension CloudReader {
    /// - Parameter isOnlyOne: whether all messages in this value have the same sender.
    func received(_ message: JSONObject, isOnlyOne: Bool, at pointer: String) throws(InvalidDocumentError)
        -> [ParsedEvent]
    {
        let reference = CloudPersonReference(message, "from", prefix: "from_")
        let person = contacts.person(reference, isOnlyOne: isOnlyOne) ?? subject(of: message)
        let author = person?.identity
        return try events(
            of: message, person: person, author: author, isFromMe: false, isHistory: isHistory, at: pointer)
    }

    /// `smb_message_echoes`: a message that was sent in the WhatsApp Business app.
    func echo(_ message: JSONObject, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let person = contacts.person(CloudPersonReference(message, "to", prefix: "to_"))
        return try events(
            of: message, person: person, author: own(message), isFromMe: true, isHistory: isHistory, at: pointer)
    }

    /// `history`: the chats that the WhatsApp Business app shares, in chunks. When the business declines to share them,
    /// there is an error instead.
    func history(_ list: JSON, at pointer: String, into findings: inout CloudReadResult) {
        for (chunk, pointer) in findings.objects(in: list, at: pointer) {
            guard let threads = chunk["threads"], threads != .null else { continue }
            for (thread, pointer) in findings.objects(in: threads, at: pointer + "/threads") {
                guard let messages = thread["messages"], messages != .null else { continue }
                let person = person(of: thread)
                findings.collect(messages, at: pointer + "/messages") {
                    (message, pointer) throws(InvalidDocumentError) -> [ParsedEvent] in
                    try past(message, with: person, at: pointer)
                }
            }
        }
    }

    private func past(
        _ message: JSONObject, with person: CloudPersonIdentity?, at pointer: String
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        let context = message["history_context"]?.object
        let sender = CloudJIDConverter.person(message["from"])
        let isOwn = context?.flag("from_me") == true || (sender != nil && sender == number.jid)
        var reference = CloudPersonReference(message, "from", prefix: "from_")
        if isOwn { reference = CloudPersonReference(message, "to", prefix: "to_") }
        let person = person ?? contacts.person(reference)
        let author = isOwn ? own(message) : person?.identity
        var events = try events(
            of: message, person: person, author: author, isFromMe: isOwn, isHistory: true, at: pointer)
        if let status = context?.text("status"), !events.isEmpty {
            events[0].payload.append("status", .string(status.lowercased()))
        }
        return events
    }

    private func person(of thread: JSONObject) -> CloudPersonIdentity? {
        let context = thread["context"]?.object ?? JSONObject()
        var reference = CloudPersonReference(context, "wa_id")
        reference.jid = reference.jid ?? CloudJIDConverter.person(thread["id"])
        return contacts.person(reference, username: context.text("username"))
    }

    /// The business's own JID, as the author of an echo.
    private func own(_ message: JSONObject) -> PersonIdentity? {
        (CloudJIDConverter.phone(message["from"]) ?? number.jid).map { PersonIdentity($0) }
    }

    /// The person whom a system message without a sender is about.
    private func subject(of message: JSONObject) -> CloudPersonIdentity? {
        guard let system = message["system"]?.object else { return nil }
        return contacts.person(
            CloudPersonReference(
                jid: nil,
                userID: system.text("previous_user_id") ?? system.text("user_id"),
                parentUserID: system.text("previous_parent_user_id") ?? system.text("parent_user_id")
            )
        )
    }

    private func events(
        of message: JSONObject,
        person: CloudPersonIdentity?,
        author: PersonIdentity?,
        isFromMe: Bool,
        isHistory: Bool,
        at pointer: String
    ) throws(InvalidDocumentError) -> [ParsedEvent] {
        let id = try id(of: message, at: pointer)
        guard let chat = CloudJIDConverter.group(message["group_id"]).map({ PersonIdentity($0) }) ?? person?.identity
        else {
            throw wrong(
                isFromMe
                    ? "must be the recipient's phone number or user id"
                    : "must be the sender's phone number or user id",
                at: pointer + (isFromMe ? "/to" : "/from")
            )
        }
        var extra = extra(person)
        CloudErrorList(message["errors"]).append(to: &extra)
        var facts = MessageFacts(
            id: id,
            chat: chat,
            author: author,
            isFromMe: isFromMe,
            content: MessageContent(type: "unsupported", content: nil),
            pushName: person?.name,
            sentAt: GatewayTimeReader.timestamp(message["timestamp"]),
            receivedAt: receivedAt,
            isHistory: isHistory,
            extra: extra
        )
        let node = CloudContentReader.node(message, number: number)
        guard case .content(let content) = node else {
            return facts.event(of: node, session: session).map { [$0] } ?? []
        }
        facts.content = content
        // The message itself may still arrive under the same id, as media of the history does.
        let detail = content.type == "unsupported" ? content.type : nil
        let event = facts.newMessage(session: session, detail: detail)
        guard content.type == "system", let person else { return [event] }
        return [event] + movedContact(message, from: person.identity, facts)
    }
}

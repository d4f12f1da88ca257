internal import RelayCore
internal import RelayJSON

/// New messages: `messages.upsert`, whether live (`notify`) or queued while we were away (`append`; B-M1).
extension BaileysReader {
    func upsert(_ data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        let messages = try object(data, at: pointer)["messages"]
        guard let elements = messages?.array else {
            throw wrong("must be an array of messages", at: pointer + "/messages")
        }
        return try self.messages(elements, at: pointer + "/messages", isHistory: false)
    }

    func messages(_ elements: [JSON], at pointer: String, isHistory: Bool) throws(FormatError) -> [NewEvent] {
        var events: [NewEvent] = []
        events.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let pointer = "\(pointer)/\(index)"
            if let event = try message(try object(element, at: pointer), at: pointer, isHistory: isHistory) {
                events.append(event)
            }
        }
        return events
    }

    /// - Parameter extras: what the gateway tells beside the message.
    func message(
        _ message: JSONObject,
        at pointer: String,
        isHistory: Bool,
        extras: MessageExtras = MessageExtras()
    ) throws(FormatError) -> NewEvent? {
        let keyPointer = pointer + "/key"
        let key = MessageKey(
            try object(message["key"], at: keyPointer),
            participant: message.address("participant")
        )
        let node: MessageNode
        switch message["message"] {
        case .object(let content): node = MessageNode(content)
        case nil, .null: node = .nothing
        default: throw wrong("must be an object, or null", at: pointer + "/message")
        }
        var facts = MessageFacts(
            id: "",
            chat: key.chat,
            author: key.author,
            isFromMe: key.isFromMe,
            content: MessageContent(type: "unsupported", content: nil),
            pushName: MessageFacts.name(message.text("pushName")),
            verifiedName: MessageFacts.name(message.text("verifiedBizName")),
            sentAt: WireTime.timestamp(message["messageTimestamp"]),
            receivedAt: receivedAt,
            broadcastList: key.broadcastList,
            isHistory: isHistory,
            isToldTwice: true
        )
        let stub = WireNumber.enumeration(message["messageStubType"], Self.stubTypes)
        if case .nothing = node, stub != 2 { return nil }
        facts.id = try id(of: key, at: keyPointer)
        guard key.chat != nil else { throw wrong("must be the chat's address", at: keyPointer + "/remoteJid") }
        switch node {
        case .content(let content):
            facts.content = content
            var extras = extras
            extras.base64 = extras.base64 ?? files.text(facts.id)
            extras.complete(&facts.content)
            if message["key"]?["isViewOnce"]?.bool == true { facts.content.isViewOnce = true }
            return facts.newMessage(session: session)
        case .reaction(let reaction):
            return facts.reaction(reaction, session: session)
        case .edit(let target, let content, let moment):
            return facts.edit(of: target, content: content, at: moment ?? facts.sentAt, session: session)
        case .revoke(let target):
            return facts.deletion(of: target, session: session)
        case .nothing:
            let reason = message["messageStubParameters"]?.array?.first?.string
            facts.content = .unsupported(reason: reason ?? "undecryptable")
            // The message itself may still come, under the same id.
            return facts.newMessage(session: session, detail: "ciphertext")
        }
    }
}

internal import RelayCore
internal import RelayJSON

/// New messages: `messages.upsert`, whether live (`notify`) or queued while the session was offline (`append`; B-M1).
extension BaileysReader {
    /// Stub types of a message without content: a deletion, or a message that could not be decrypted.
    static let stubTypes: [String: Int64] = ["REVOKE": 1, "CIPHERTEXT": 2]

    func upsert(_ data: JSON, at pointer: String) throws(InvalidDocumentError) -> [ParsedEvent] {
        let data = try object(data, at: pointer)
        let messages = try array(data, "messages", "an array of messages", at: pointer)
        return self.messages(messages, at: pointer + "/messages", isHistory: false)
    }

    func messages(_ elements: [JSON], at pointer: String, isHistory: Bool) -> [ParsedEvent] {
        var events: [ParsedEvent] = []
        events.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            let pointer = String(concatenating: pointer, "/", String(index))
            events += batch.read(at: pointer) { () throws(InvalidDocumentError) in
                try message(try object(element, at: pointer), at: pointer, isHistory: isHistory).map { [$0] } ?? []
            }
        }
        return events
    }

    /// - Parameter extras: what the gateway reports outside the message.
    func message(
        _ message: JSONObject,
        at pointer: String,
        isHistory: Bool,
        extras: MessageNodeSupplement = MessageNodeSupplement()
    ) throws(InvalidDocumentError) -> ParsedEvent? {
        let keyPointer = pointer + "/key"
        let keyObject = try object(message["key"], at: keyPointer)
        let key = BaileysMessageKey(keyObject, participant: message.jid("participant"))
        var node: ParsedMessageNode
        switch message["message"] {
        case .object(let content): node = ParsedMessageNode(content)
        case nil, .null: node = .nothing
        default: throw wrong("must be an object, or null", at: pointer + "/message")
        }
        let stub = GatewayNumberReader.enumeration(message["messageStubType"], Self.stubTypes)
        if case .nothing = node, stub != 2 { return nil }
        let id = try id(of: key, at: keyPointer)
        guard key.chat != nil else { throw wrong("must be the chat's JID", at: keyPointer + "/remoteJid") }
        let facts = MessageFacts(
            id: id,
            chat: key.chat,
            author: key.author,
            isFromMe: key.isFromMe,
            content: MessageContent(type: "unsupported", content: nil),
            pushName: MessageFacts.name(message.text("pushName")),
            verifiedName: MessageFacts.name(message.text("verifiedBizName")),
            sentAt: GatewayTimeReader.timestamp(message["messageTimestamp"]),
            receivedAt: receivedAt,
            broadcastList: key.broadcastList,
            isHistory: isHistory,
            changesMayLackChat: changesMayLackChat
        )
        if case .content(var content) = node {
            var extras = extras
            extras.file = extras.file ?? file(of: id)
            extras.complete(&content)
            if keyObject.flag("isViewOnce") { content.isMarkedViewOnce = true }
            node = .content(content)
        }
        if let event = facts.event(of: node, session: session) { return event }
        let told = message["messageStubParameters"]?[0]?.string
        return facts.unreadable(
            .missing(told: told, isViewOnce: keyObject.flag("isViewOnce")), session: session)
    }
}

internal import RelayCore
internal import RelayJSON

/// Turns one event of Baileys into the relay's; also for gateways that hand on what Baileys emits.
struct BaileysReader {
    let session: String
    let receivedAt: Timestamp
    /// Our own addresses, as far as the document tells them.
    let own: Set<JID>
    /// Who emits the events, for errors.
    let dialect: String
    /// Files that came beside the messages, as base64 by the message's id.
    let files: JSONObject

    /// - Parameter account: the account's address, or an object with `id` and `lid`, as some bridges send along.
    init(
        session: String,
        receivedAt: Timestamp,
        account: JSON?,
        dialect: String = "Baileys",
        files: JSONObject = JSONObject()
    ) {
        self.session = session
        self.receivedAt = receivedAt
        self.dialect = dialect
        self.files = files
        var own: Set<JID> = []
        for text in [account?.string, account?.object?.text("id"), account?.object?.text("lid")] {
            if let address = text.flatMap({ JID($0) }) { own.insert(address) }
        }
        // Many bridges name sessions after the phone number.
        let digits = session.drop { $0 == "+" }
        if digits.utf8.count >= 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let address = JID("\(digits)@s.whatsapp.net")
        {
            own.insert(address)
        }
        self.own = own
    }

    /// What a message without content stands for: a deletion, or one that could not be decrypted.
    static let stubTypes: [String: Int64] = ["REVOKE": 1, "CIPHERTEXT": 2]

    static let handled: Set<String> = [
        "messages.upsert", "messages.update", "messages.reaction", "messages.delete", "message-receipt.update",
        "connection.update", "contacts.upsert", "contacts.update", "chats.upsert", "chats.update", "groups.upsert",
        "groups.update", "group-participants.update", "presence.update", "call", "lid-mapping.update",
        "messaging-history.set",
    ]

    /// - Parameter pointer: where `data` is.
    func events(named name: String, data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        switch name {
        case "messages.upsert": try upsert(data, at: pointer)
        case "messages.update": try each(data, at: pointer, messageUpdate)
        case "messages.reaction": try each(data, at: pointer, reaction)
        case "messages.delete": try deletion(data, at: pointer)
        case "message-receipt.update": try each(data, at: pointer, receipt)
        case "connection.update": try connection(data, at: pointer)
        case "contacts.upsert", "contacts.update": try each(data, at: pointer, contact)
        case "chats.upsert", "chats.update": try each(data, at: pointer, chat)
        case "groups.upsert", "groups.update": try each(data, at: pointer, group)
        case "group-participants.update": try participants(data, at: pointer)
        case "presence.update": try presence(data, at: pointer)
        case "call": try each(data, at: pointer, call)
        case "lid-mapping.update": try each(data, at: pointer, mapping)
        case "messaging-history.set": try history(data, at: pointer)
        default: []
        }
    }

    /// Reads every element; a lone object counts as an array of one.
    func each(
        _ data: JSON,
        at pointer: String,
        _ read: (JSONObject, String) throws(FormatError) -> [NewEvent]
    ) throws(FormatError) -> [NewEvent] {
        if let object = data.object { return try read(object, pointer) }
        guard let elements = data.array else { throw wrong("must be an array of objects", at: pointer) }
        var events: [NewEvent] = []
        for (index, element) in elements.enumerated() {
            events += try read(try object(element, at: "\(pointer)/\(index)"), "\(pointer)/\(index)")
        }
        return events
    }

    func object(_ json: JSON?, at pointer: String) throws(FormatError) -> JSONObject {
        guard let object = json?.object else { throw wrong("must be an object", at: pointer) }
        return object
    }

    func id(of key: MessageKey, at pointer: String) throws(FormatError) -> String {
        guard let id = key.id else { throw wrong("must be the message's id, a text", at: pointer + "/id") }
        return id
    }

    func wrong(_ demand: String, at pointer: String) -> FormatError {
        let field = pointer.split(separator: "/").last { !$0.allSatisfy(\.isNumber) } ?? "data"
        return FormatError(.notAnEvent, "\"\(field)\" \(demand), as \(dialect) emits it.", pointer: pointer)
    }

    /// - Parameter key: nil: nothing tells it from another of its kind, and posting it again makes another event.
    func event(_ type: EventType, chat: JID?, at moment: Timestamp? = nil, key: String? = nil, _ payload: JSONObject)
        -> NewEvent
    {
        NewEvent(
            type: type,
            session: session,
            chat: chat?.description,
            dedupKey: key,
            occurredAt: moment,
            payload: payload
        )
    }
}

internal import RelayCore
internal import RelayJSON

/// Turns one event of Evolution Go into the relay's.
struct EvolutionGoReader {
    /// Reads what is put into Baileys' words.
    let baileys: BaileysReader
    /// Reads the wiki's form, which is that of Evolution API.
    private let evolution: EvolutionReader
    /// What Evolution Go says about a receipt or a presence beside `data`.
    let state: String?

    var sessionFacts: SessionFacts { SessionFacts(session: baileys.session, receivedAt: baileys.receivedAt) }

    init(session: String, receivedAt: Timestamp, envelope: JSONObject) {
        baileys = BaileysReader(session: session, receivedAt: receivedAt, account: nil, dialect: "Evolution Go")
        evolution = EvolutionReader(session: session, receivedAt: receivedAt, envelope: JSONObject())
        state = envelope.text("state")
    }

    /// In small letters.
    static let handled: Set<String> = [
        "message", "sendmessage", "receipt", "readreceipt", "historysync", "qrcode", "connected", "disconnected",
        "loggedout", "streamreplaced", "qrtimeout", "temporaryban", "connectfailure", "calloffer", "calloffernotice",
        "callaccept", "callreject", "callterminate", "call", "joinedgroup", "groupinfo", "groupupdate", "pushname",
        "contact", "picture", "presence", "chatpresence",
    ]

    /// - Parameters:
    ///   - name: of the event, in small letters.
    ///   - pointer: where `data` is.
    func events(named name: String, data: JSON, at pointer: String) throws(FormatError) -> [NewEvent] {
        guard Self.handled.contains(name) else { return [] }
        if let events = sessionEvents(name, data) { return events }
        let data = try baileys.object(data, at: pointer)
        switch name {
        case "message", "sendmessage": return try message(data, isSent: name == "sendmessage", at: pointer)
        case "receipt", "readreceipt": return try receipt(data, at: pointer)
        case "historysync": return try history(data, at: pointer)
        case "call": return try wikiCall(data, at: pointer)
        case "joinedgroup": return try joinedGroup(data, at: pointer)
        case "groupinfo": return try groupInfo(data, at: pointer)
        case "groupupdate": return try evolution.group(data, at: pointer)
        case "pushname", "contact", "picture": return try contact(name, data, at: pointer)
        case "presence", "chatpresence": return try presence(data, at: pointer)
        default: return try call(name, data, at: pointer)
        }
    }

    func wrong(_ demand: String, at pointer: String) -> FormatError { baileys.wrong(demand, at: pointer) }

    private func message(_ data: JSONObject, isSent: Bool, at pointer: String) throws(FormatError) -> [NewEvent] {
        if data["key"] != nil || data["messages"] != nil {
            return try evolution.messages(.object(data), at: pointer, isSent: isSent)
        }
        guard let info = data["Info"]?.object, let message = WhatsmeowMessage(data) else {
            throw wrong("must be an object with Chat, Sender and ID", at: pointer + "/Info")
        }
        guard info.text("ID") != nil else { throw wrong("must be the message's id, a text", at: pointer + "/Info/ID") }
        guard info.address("Chat") != nil else { throw wrong("must be the chat's address", at: pointer + "/Info/Chat") }
        if let content = data["Message"], content != .null, content.object == nil {
            throw wrong("must be an object, or null", at: pointer + "/Message")
        }
        var event = try baileys.message(message.webMessage, at: pointer, isHistory: false, extras: message.extras)
        if let name = data["groupData"]?.object?.text("Name"), event?.payload["isGroup"] == true {
            event?.payload["groupName"] = .string(name)
            event?.payload["chatName"] = .string(name)
        }
        return event.map { [$0] } ?? []
    }

    /// What the phone hands over after pairing: names, then messages. What lacks an address or an id is passed over.
    private func history(_ data: JSONObject, at pointer: String) throws(FormatError) -> [NewEvent] {
        let sync = data["Data"]?.object ?? data
        func list(_ field: String) -> [JSONObject] { (sync[field]?.array ?? []).compactMap(\.object) }
        var messages: [JSON] = []
        var conversations: [JSON] = []
        for conversation in list("conversations") {
            for item in conversation["messages"]?.array ?? [] {
                guard let message = item["message"]?.object.map({ WhatsmeowNames.renamed($0) }),
                    let key = message["key"]?.object, key.text("id") != nil, key.address("remoteJid") != nil,
                    message["message"]?.object != nil
                else { continue }
                messages.append(.object(message))
            }
            var chat = conversation
            chat["messages"] = nil
            chat = WhatsmeowNames.renamed(chat)
            if chat.address("id") != nil { conversations.append(.object(chat)) }
        }
        let names = list("pushnames").filter { $0.address("ID") != nil }.map { name -> JSON in
            ["id": name["ID"] ?? .null, "notify": name["pushname"] ?? .null]
        }
        let mappings = list("phoneNumberToLidMappings").map { WhatsmeowNames.renamed($0) }
            .filter { $0.address("lidJid") != nil && $0.address("pnJid") != nil }
        return try baileys.history(
            [
                "phoneNumberToLidMappings": .array(mappings.map(JSON.object)), "contacts": .array(names),
                "conversations": .array(conversations), "messages": .array(messages),
            ],
            at: pointer
        )
    }
}
